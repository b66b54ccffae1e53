// Stands in for the providers: node recorder.mjs RECORD PROGRAM [ARGUMENT…] answers on 127.0.0.1:8080 for as long as the program runs, and writes each
// request to RECORD as a line of JSON. It is started in a network namespace of its own, so the port is free.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { spawn } from "node:child_process";

const [record, program, ...programArguments] = process.argv.slice(2);

const usage = { input_tokens: 1, input_tokens_details: null, output_tokens: 1, output_tokens_details: null, total_tokens: 2 };
const said = { type: "message", role: "assistant", id: "msg_1", content: [{ type: "output_text", text: "answered" }] };
const responses = [
  { type: "response.created", response: { id: "resp_1" } },
  { type: "response.output_item.done", item: said },
  { type: "response.completed", response: { id: "resp_1", usage } },
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

function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const events = path.endsWith("/responses") ? responses : path.endsWith("/messages") ? messages : null;
  if (request.method !== "POST" || events === null) {
    // 426 is how a server that has no WebSocket has Codex ask again without one.
    response.writeHead(request.headers.upgrade ? 426 : 404, { "content-type": "application/json" }).end("{}");
    return;
  }

  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

const server = createServer((request, response) => {
  appendFileSync(record, JSON.stringify({ method: request.method, path: request.url, headers: request.headers }) + "\n");
  request.resume().on("end", () => answer(request, response));
});

server.listen(8080, "127.0.0.1", () => {
  const child = spawn(program, programArguments, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", error => { console.error(error.message); process.exit(127); });
  child.on("exit", code => process.exit(code ?? 128));
});
