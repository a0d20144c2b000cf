// Loaded into what npx runs (see .npmrc), so that `npx cdklocal` works as typed, whatever the person's settings are.
"use strict";

const dns = require("dns");
const fs = require("fs");
const path = require("path");

// Names under localhost.localstack.cloud are this machine, as public DNS has them. cdklocal knows LocalStack by such a
// name, and a laptop on a train or a CI job without a network cannot look it up.
const LOCALSTACK = /(^|\.)localhost\.localstack\.cloud$/i;
const lookup = dns.lookup;

dns.lookup = function (hostname, options, callback) {
  return lookup.call(dns, LOCALSTACK.test(hostname) ? "127.0.0.1" : hostname, options, callback);
};

const STATE = path.resolve(__dirname, "../../.localdev");

// The CDK's library has been unpacked by the set-up. By itself it would be unpacked again, 200 MB, into the person's home,
// and refused there if a group can write to a folder on the way (umask 002).
process.env.JSII_RUNTIME_PACKAGE_CACHE_ROOT ||= path.join(STATE, "home/.cache/aws/jsii/package-cache");

if (path.basename(process.argv[1] || "") === "cdklocal") prepareForTheEmulator(process.env);

function prepareForTheEmulator(env) {
  // what the CDK CLI keeps goes where the scripts' does, not into the person's home
  env.CDK_HOME ||= path.join(STATE, "home/.cdk");
  for (const name of ["NO_PROXY", "no_proxy"]) {
    env[name] = [env[name], "localhost,127.0.0.1,::1,.localhost.localstack.cloud"].filter(Boolean).join(",");
  }
  setEndpoint(env);
  if (!env.AWS_ENDPOINT_URL) env.EDGE_PORT ||= portOfTheEmulator() || "";
  if (!env.EDGE_PORT) delete env.EDGE_PORT;
}

// cdklocal would deploy to any endpoint, and end in a trace where S3's is not set beside it.
function setEndpoint(env) {
  for (const name of Object.keys(env).filter((name) => name.startsWith("AWS_ENDPOINT_URL"))) {
    if (isOfThisMachine(env[name])) continue;
    console.error(`cdklocal: ${name}=${env[name]} is not on this machine, and is left aside.`);
    delete env[name];
  }
  if (env.AWS_ENDPOINT_URL) env.AWS_ENDPOINT_URL_S3 ||= env.AWS_ENDPOINT_URL;
}

function isOfThisMachine(url) {
  try {
    const host = new URL(url).hostname;
    return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host) || LOCALSTACK.test(host);
  } catch {
    return false;
  }
}

// Of this checkout's emulator, if exactly one is up: cdklocal's EDGE_PORT is 4566 otherwise.
function portOfTheEmulator() {
  const ports = emulators();
  if (ports.length > 1 && !ports.includes("4566")) {
    console.error(`cdklocal: emulators are up on ports ${ports.join(", ")}. Hint: choose one with EDGE_PORT=${ports[0]}.`);
  }
  return ports.length === 1 ? ports[0] : undefined;
}

function emulators() {
  try {
    return fs
      .readdirSync(STATE)
      .filter((name) => /^embedded-\d+$/.test(name) && isRunning(path.join(STATE, name, "instance.json")))
      .map((name) => name.slice("embedded-".length));
  } catch {
    return [];
  }
}

function isRunning(file) {
  try {
    process.kill(JSON.parse(fs.readFileSync(file, "utf8")).pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
