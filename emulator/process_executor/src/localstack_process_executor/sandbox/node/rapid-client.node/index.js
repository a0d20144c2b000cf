// What the native half of aws-lambda-ric does, in JavaScript: three calls to the Lambda Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
// The client loads "./rapid-client.node", which is this folder. As in the native half, `done` and `error` have sent
// everything when they return, so that the process may exit at once; and only `next` keeps the event loop alive.
"use strict";

const fs = require("fs");
const net = require("net");

const PREFIX = "/2018-06-01/runtime/invocation";
const HEADERS = [
  "lambda-runtime-deadline-ms",
  "lambda-runtime-aws-request-id",
  "lambda-runtime-trace-id",
  "lambda-runtime-invoked-function-arn",
  "lambda-runtime-client-context",
  "lambda-runtime-cognito-identity",
  "lambda-runtime-aws-tenant-id",
];
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 1;
// a function may replace it, and what it calls is not for us
const writeSync = fs.writeSync;

let host;
let port;
let socket;
let connected;
let waiting;
let acknowledgements = 0;
let chunks = [];
let size = 0;
let wanted = 0;

function connect() {
  // not when this is loaded: a process that was started ahead does not know it yet
  [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
  socket = net.connect({ host, port: Number(port), noDelay: true });
  connected = new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("data", receive);
  socket.on("error", lost);
  socket.on("close", lost);
}

function lost() {
  socket = undefined;
  if (waiting) {
    waiting.reject(new Error("Failed to get next invocation, error -1"));
    waiting = undefined;
  }
}

// An answer is looked at when as much as is needed has come: a large event arrives in many chunks.
function receive(chunk) {
  chunks.push(chunk);
  size += chunk.length;
  while (size > 0 && size >= wanted) {
    const data = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
    const end = data.indexOf("\r\n\r\n");
    const head = end < 0 ? undefined : parseHead(data.toString("latin1", 0, end));
    wanted = head ? end + 4 + Number(head.headers["content-length"] || 0) : size + 1;
    chunks = [data];
    if (size < wanted) return;
    const body = data.subarray(end + 4, wanted);
    chunks = size > wanted ? [data.subarray(wanted)] : [];
    size -= wanted;
    wanted = 0;
    answered(head, body);
  }
}

function parseHead(text) {
  const [first, ...lines] = text.split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.split(" ")[1]), headers };
}

function answered(head, body) {
  if (acknowledgements > 0) {
    // of a response or an error: as in the native half, nothing follows from its status
    acknowledgements -= 1;
    return;
  }
  const { resolve, reject } = waiting;
  waiting = undefined;
  socket.unref();
  if (head.status !== 200) {
    reject(new Error(`Failed to get next invocation, error ${head.status}`));
    return;
  }
  const headers = Object.fromEntries(HEADERS.filter((name) => name in head.headers).map((name) => [name, head.headers[name]]));
  headers["lambda-runtime-deadline-ms"] = Number(headers["lambda-runtime-deadline-ms"]);
  const bodyJson = body.toString("utf8");
  if (bodyJson.includes("ResponseURL")) require("./response_url.js").reachEmulator(bodyJson);
  resolve({ bodyJson, headers });
}

function send(data) {
  let sent = 0;
  while (sent < data.length) {
    try {
      sent += writeSync(socket._handle.fd, data, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") return;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  }
}

function post(path, text, more = "") {
  if (!socket) return;
  const body = Buffer.from(text, "utf8");
  const head = `POST ${PREFIX}/${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\n${more}`;
  send(Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`, "latin1"), body]));
  acknowledgements += 1;
}

exports.next = async () => {
  if (!socket) connect();
  socket.ref();
  await connected;
  return new Promise((resolve, reject) => {
    waiting = { resolve, reject };
    send(Buffer.from(`GET ${PREFIX}/next HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`, "latin1"));
  });
};

exports.done = (id, response) => post(`${id}/response`, text(response));

exports.error = (id, error, _xray) => post(`${id}/error`, text(error));

// in the native half's words: JSON.stringify makes nothing of a function
function text(given) {
  if (typeof given !== "string") throw new TypeError("Wrong arguments");
  return given;
}
