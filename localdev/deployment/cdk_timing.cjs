// Loaded into the CDK CLI before it starts (NODE_OPTIONS=--require), by localdev/deployment/cdk.py, for an emulator only.
// It changes when the CLI does what it does, and nothing else.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const util = require("node:util");

// The CLI asks CloudFormation every five seconds whether a stack is complete. An emulator has it in one or two.
const CLI_PAUSE_MS = 5000;
const PAUSE_MS = 100;

const setTimer = globalThis.setTimeout;
function setTimeout(callback, delay, ...args) {
  return setTimer(callback, delay === CLI_PAUSE_MS ? PAUSE_MS : delay, ...args);
}
setTimeout[util.promisify.custom] = setTimer[util.promisify.custom];
globalThis.setTimeout = setTimeout;

// The CLI takes a second to load and to read the app. It is started beside the emulator, and its first connection waits
// for the file named here: the emulator is ready. It ends when the process that is to make the file has ended.
const gate = process.env.LOCALDEV_CDK_BEGINS_WITH;
delete process.env.LOCALDEV_CDK_BEGINS_WITH; // not for the CLI's own children
const LOOK_MS = 10;

function waitAtTheGate() {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const parent = process.ppid;
  while (!fs.existsSync(gate)) {
    if (process.ppid !== parent) process.exit(1);
    Atomics.wait(nobody, 0, 0, LOOK_MS);
  }
}

if (gate) {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    net.Socket.prototype.connect = connect;
    waitAtTheGate();
    return connect.apply(this, args);
  };
}
