// Stands in for the providers: node recorder.mjs RECORD PROGRAM [ARGUMENT…] answers on 127.0.0.1:8080 for as long as the program runs, and writes each
// request to RECORD as a line of JSON. It is started in a network namespace of its own, so the port is free.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { spawn } from "node:child_process";

const [record, program, ...programArguments] = process.argv.slice(2);

const usage = { input_tokens: 1, input_tokens_details: null, output_tokens: 1, output_tokens_details: null, total_tokens: 2 };
const said = { type: "message", role: "assistant", id: "msg_1", status: "completed", content: [{ type: "output_text", text: "answered", annotations: [] }] };
const response = { id: "resp_1", object: "response", created_at: 1, model: "test", status: "completed", output: [said], usage };
const responses = [
  { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
  { type: "response.output_item.added", output_index: 0, item: { ...said, content: [] } },
  { type: "response.content_part.added", item_id: "msg_1", output_index: 0, content_index: 0, part: { type: "output_text", text: "", annotations: [] } },
  { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: "answered" },
  { type: "response.output_text.done", item_id: "msg_1", output_index: 0, content_index: 0, text: "answered" },
  { type: "response.output_item.done", output_index: 0, item: said },
  { type: "response.completed", response },
];

const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-test", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } };
const messages = [
  { type: "message_start", message },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "answered" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: "message_stop" },
];

const chunk = { id: "chat_1", object: "chat.completion.chunk", created: 1, model: "test" };
const completions = [
  { ...chunk, choices: [{ index: 0, delta: { role: "assistant", content: "answered" }, finish_reason: null }] },
  { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  { ...chunk, choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
];
const completion = { ...chunk, object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", content: "answered" }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };

const candidate = {
  candidates: [{ index: 0, content: { role: "model", parts: [{ text: "answered" }] }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 }, modelVersion: "gemini-test",
};
const whole = { ...message, content: [{ type: "text", text: "answered" }], stop_reason: "end_turn" };

// [the path's end, what is said at once, what is said as events]
const dialects = [
  ["/responses", response, responses],
  ["/messages", whole, messages],
  ["/chat/completions", completion, [...completions, "[DONE]"]],
  [":generateContent", candidate, null],
  [":streamGenerateContent", null, [candidate]],
];

function answer(request, body, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const [, once, events] = (request.method === "POST" && dialects.find(([end]) => path.endsWith(end))) || [];
  if (!once && !events) {
    // 426 is how a server that has no WebSocket has Codex ask again without one.
    response.writeHead(request.headers.upgrade ? 426 : 404, { "content-type": "application/json" }).end("{}");
    return;
  }

  if (!events || (once && !/"stream"\s*:\s*true/.test(body))) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(once));
    return;
  }

  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map(event => (event.type ? `event: ${event.type}\n` : "") + `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join(""));
}

const server = createServer((request, response) => {
  appendFileSync(record, JSON.stringify({ method: request.method, path: request.url, headers: request.headers }) + "\n");
  const parts = [];
  request.on("data", part => parts.push(part)).on("end", () => answer(request, Buffer.concat(parts).toString(), response));
});

server.listen(8080, "127.0.0.1", () => {
  const child = spawn(program, programArguments, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", error => { console.error(error.message); process.exit(127); });
  child.on("exit", code => process.exit(code ?? 128));
});
