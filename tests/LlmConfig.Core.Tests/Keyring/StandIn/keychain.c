// A stand-in for macOS's CoreFoundation and Security frameworks: one generic password, and a line on standard error for each call of the
// Security framework. At the end of the process it says how many objects were not released, and whether the key was wiped.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Object { long references, length; char kind; uint8_t *bytes; struct Object *keys[16], *values[16]; int count; } Object;
static long living;
static Object *item;
static unsigned char allowed = 1;
static int wiped = 1;

static Object *make(char kind) { Object *made = calloc(1, sizeof *made); made->kind = kind; made->references = 1; living++; return made; }
static Object *constant(const char *text) { Object *made = make('s'); living--; made->references = 1 << 20; made->bytes = (uint8_t *)strdup(text); return made; }
static Object *retain(Object *object) { object->references++; return object; }

#define CONSTANT(name) Object *name; __attribute__((constructor)) static void init_##name(void) { name = constant(#name); }
CONSTANT(kCFBooleanTrue) CONSTANT(kSecClass) CONSTANT(kSecClassGenericPassword) CONSTANT(kSecAttrService) CONSTANT(kSecAttrAccount)
CONSTANT(kSecAttrComment) CONSTANT(kSecValueData) CONSTANT(kSecReturnData) CONSTANT(kSecMatchLimit) CONSTANT(kSecMatchLimitOne)
CONSTANT(kSecUseAuthenticationUI) CONSTANT(kSecUseAuthenticationUIFail)
int kCFTypeDictionaryKeyCallBacks, kCFTypeDictionaryValueCallBacks;

void CFRelease(Object *object)
{
    if (--object->references) return;
    for (int i = 0; i < object->count; i++) { CFRelease(object->keys[i]); CFRelease(object->values[i]); }
    if (object->kind == 'm') for (long i = 0; i < object->length; i++) if (object->bytes[i]) wiped = 0;
    free(object->bytes); free(object); living--;
}

Object *CFStringCreateWithCString(void *allocator, const char *text, uint32_t encoding)
{
    if (allocator || encoding != 0x08000100) abort();
    Object *made = make('s'); made->bytes = (uint8_t *)strdup(text); return made;
}
Object *CFDataCreateMutable(void *allocator, long capacity) { (void)allocator; Object *made = make('m'); made->bytes = calloc(1, capacity); return made; }
void CFDataAppendBytes(Object *data, const uint8_t *bytes, long length) { memcpy(data->bytes + data->length, bytes, length); data->length += length; }
uint8_t *CFDataGetMutableBytePtr(Object *data) { return data->bytes; }
const uint8_t *CFDataGetBytePtr(Object *data) { return data->bytes; }
long CFDataGetLength(Object *data) { return data->length; }
Object *CFDictionaryCreateMutable(void *allocator, long capacity, void *keys, void *values)
{
    if (allocator || capacity || keys != &kCFTypeDictionaryKeyCallBacks || values != &kCFTypeDictionaryValueCallBacks) abort();
    return make('d');
}
void CFDictionarySetValue(Object *dictionary, Object *key, Object *value) { dictionary->keys[dictionary->count] = retain(key); dictionary->values[dictionary->count++] = retain(value); }

static Object *get(Object *dictionary, Object *key) { for (int i = 0; i < dictionary->count; i++) if (dictionary->keys[i] == key) return dictionary->values[i]; return NULL; }
static int is(Object *dictionary, Object *key, Object *value) { return get(dictionary, key) == value; }

// What every call for the item says; a call that would let a dialog show says so.
static void note(const char *call, Object *query)
{
    fprintf(stderr, "%s %s %s%s%s\n", call, get(query, kSecAttrService)->bytes, is(query, kSecClass, kSecClassGenericPassword) ? "password" : "?",
        is(query, kSecUseAuthenticationUI, kSecUseAuthenticationUIFail) ? " quiet" : "", allowed ? " DIALOG" : "");
}
static Object *copy(Object *from, char kind)
{
    Object *made = make(kind); made->bytes = malloc(from->length); memcpy(made->bytes, from->bytes, from->length); made->length = from->length; return made;
}
static void keep(Object *value) { if (item) CFRelease(item); item = copy(value, 'i'); }

int SecItemAdd(Object *attributes, void *result)
{
    note("add", attributes);
    if (result) abort();
    if (item) return -25299;
    keep(get(attributes, kSecValueData)); return 0;
}
int SecItemUpdate(Object *query, Object *change) { note("update", query); if (!item) return -25300; keep(get(change, kSecValueData)); return 0; }
int SecItemCopyMatching(Object *query, Object **result)
{
    note("copy", query); *result = NULL;
    if (!item) return -25300;
    if (!is(query, kSecReturnData, kCFBooleanTrue) || !is(query, kSecMatchLimit, kSecMatchLimitOne)) abort();
    *result = copy(item, 'i'); return 0;
}
int SecItemDelete(Object *query) { note("delete", query); if (!item) return -25300; CFRelease(item); item = NULL; return 0; }
int SecKeychainCopyDefault(Object **keychain) { *keychain = make('k'); return 0; }
int SecKeychainGetStatus(Object *keychain, uint32_t *status) { fprintf(stderr, "status\n"); if (keychain->kind != 'k') abort(); *status = getenv("KEYCHAIN_LOCKED") ? 2 : 3; return 0; }
int SecKeychainGetUserInteractionAllowed(unsigned char *is_allowed) { *is_allowed = allowed; return 0; }
int SecKeychainSetUserInteractionAllowed(unsigned char allow) { allowed = allow; fprintf(stderr, allow ? "dialogs on\n" : "dialogs off\n"); return 0; }

__attribute__((destructor)) static void finish(void) { fprintf(stderr, "left %ld, %s\n", living - (item ? 1 : 0), wiped ? "wiped" : "NOT WIPED"); }
