// The program of a Node.js function: AWS's runtime interface client, started as AWS's runtime starts it.
// It stands in /var/runtime, beside index.mjs, which is the client.
"use strict";

const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");

// as require("module") is, without the loader of ES modules
const Module = module.constructor;
const CLIENT = path.join(__dirname, "index.mjs");
const NATIVE_HALF = path.join(__dirname, "rapid-client.node", "index.js");
const EMULATOR = /(^|\.)localhost\.localstack\.cloud$/i;
// The client is one file of CommonJS modules between these lines. Without them it runs before, and without, the loader
// of ES modules, which takes a third of a start.
const IMPORT = 'import { createRequire } from "module";';
const REQUIRE = "const require = createRequire(import.meta.url);";
const EXPORT = /\nexport \{\s*run\s*\};\s*$/;
const METADATA = "const metadata = UserFunction.getHandlerMetadata(handlerFunc);";
const WITHOUT_CALLBACKS = 24;
const SDK_2 = /[\\/]aws-sdk[\\/]lib[\\/]node_loader\.js$/;
// AWS gives V8 the function's memory as flags.
const FLAG = /^--(expose-gc|max-semi-space-size|max-old-space-size)(=\d+)?$/;

// Lets Node.js load its modules as they were compiled ahead. V8 takes compiled code only where its flags are the same, and
// compiling http anew takes a third of a start. V8 has read these flags when it made the heap. One that makes another heap,
// for a worker, finds them again.
function resetFlags() {
  const flags = process.execArgv.filter((argument) => FLAG.test(argument));
  if (!flags.length) return;
  const setFlag = (binding("v8") ?? require("v8")).setFlagsFromString;
  for (const flag of flags) setFlag(flag.includes("=") ? flag.replace(/=.*/, "=0") : flag.replace("--", "--no-"));
  const threads = require("worker_threads");
  threads.Worker = new Proxy(threads.Worker, {
    construct(...call) {
      for (const flag of flags) setFlag(flag);
      return Reflect.construct(...call);
    },
  });
}

// Returns what a module of Node.js stands on, without loading the module; undefined where this Node.js keeps it to itself.
function binding(name) {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return process.binding(name);
  } catch {
    return undefined;
  } finally {
    if (noDeprecation === undefined) delete process.noDeprecation;
    else process.noDeprecation = noDeprecation;
  }
}

// Queue URLs and presigned URLs have a name that LocalStack gives this machine: it is found without a DNS server.
function findEmulator() {
  const resolver = binding("cares_wrap");
  if (!resolver?.getaddrinfo) return findEmulatorByDns(require("dns"));
  const { getaddrinfo } = resolver;
  resolver.getaddrinfo = (request, name, family, ...rest) =>
    EMULATOR.test(name) ? getaddrinfo(request, "127.0.0.1", 0, ...rest) : getaddrinfo(request, name, family, ...rest);
}

function findEmulatorByDns(dns) {
  const { lookup } = dns;
  const { lookup: lookupLater } = dns.promises;
  dns.lookup = (name, ...rest) => lookup(EMULATOR.test(name) ? "127.0.0.1" : name, ...rest);
  dns.promises.lookup = (name, ...rest) => lookupLater(EMULATOR.test(name) ? "127.0.0.1" : name, ...rest);
  Module.syncBuiltinESMExports();
}

// Version 2 of the AWS SDK does not know AWS_ENDPOINT_URL: it gets the emulator in its configuration, as soon as that is
// made. What looks after that is no function on the way to a module, which would stand in the stack traces of all.
function lookOutForSdk2() {
  Module._cache = new Proxy(Module._cache, {
    set(cache, file, loaded) {
      cache[file] = loaded;
      if (SDK_2.test(file)) afterLoading(loaded, () => configureSdk2(require(path.join(path.dirname(file), "core.js"))));
      return true;
    },
  });
}

function afterLoading(loading, act) {
  let { loaded } = loading;
  const set = (value) => {
    loaded = value;
    if (value) act();
  };
  Object.defineProperty(loading, "loaded", { configurable: true, enumerable: true, get: () => loaded, set });
}

function configureSdk2({ config }) {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  // names before the emulator's, of buckets and others, are known for localhost.localstack.cloud alone
  if (endpoint) config.update({ endpoint, s3ForcePathStyle: true, hostPrefixEnabled: false });
}

// AWS's client for Node.js 24 takes a handler with three parameters for one that calls back, whatever it does with the
// third: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
function refuseCallbacks(handler, { streaming }) {
  const major = Number(/^AWS_Lambda_nodejs(\d+)\./.exec(process.env.AWS_EXECUTION_ENV)?.[1]);
  if (!(major >= WITHOUT_CALLBACKS) || handler.length < 3 || streaming) return;
  const error = new Error(
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. " +
      "You need to modify this function to use a supported handler signature to use Node.js 24 or later. " +
      "For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
  );
  error.name = "Runtime.CallbackHandlerDeprecated";
  throw error;
}

// Returns a `require` that loads what the client asks for at its start and needs only to stream an answer or to report
// that the code cannot be loaded. The two modules take an eighth of a start.
function requireLater(load) {
  const strict = new Proxy({}, { get: (_, name) => load("assert").strict[name] });
  class Agent {
    constructor(options) {
      this.options = options;
    }
  }
  const request = ({ agent, ...options }, ...rest) => {
    if (agent instanceof Agent) agent = agent.made ??= new (load("http").Agent)(agent.options);
    return load("http").request({ ...options, agent }, ...rest);
  };
  const later = { assert: { strict }, http: { Agent, request }, "./rapid-client.node": require(NATIVE_HALF) };
  return Object.assign((name) => (Object.hasOwn(later, name) ? later[name] : load(name)), load);
}

// Returns the client's `run`. Lines keep their numbers: stack traces read as on AWS.
async function load() {
  const source = fs.readFileSync(CLIENT, "utf8");
  const vm = require("vm");
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const isAsKnown = source.includes(IMPORT) && source.includes(REQUIRE) && EXPORT.test(source);
  if (!importModuleDynamically || !isAsKnown) return (await import(pathToFileURL(CLIENT))).run;
  const checked = source.replace(METADATA, `${METADATA} refuseCallbacks(handlerFunc, metadata);`);
  const script = checked.replace(IMPORT, "").replace(REQUIRE, "").replace(EXPORT, "\nreturn run;");
  const options = { filename: pathToFileURL(CLIENT).href, importModuleDynamically };
  hideOwnWarning();
  const client = vm.runInThisContext(`(function (require, refuseCallbacks) {${script}})`, options);
  return client(requireLater(Module.createRequire(CLIENT)), refuseCallbacks);
}

// The client imports an ES module by a way that some versions of Node.js call experimental. It is ours, not the function's.
function hideOwnWarning() {
  const { emitWarning } = process;
  process.emitWarning = function (warning, ...rest) {
    if (!String(warning).startsWith("vm.USE_MAIN_CONTEXT_DEFAULT_LOADER")) return emitWarning.call(this, warning, ...rest);
    process.emitWarning = emitWarning;
  };
}

// A process that was started ahead waits here until it is given a function: its variables and its folder.
// What the client needs is loaded before.
function takeFunction(descriptor) {
  for (const name of ["http", "net", "util", "assert"]) require(name);
  require(NATIVE_HALF);
  const { variables, folder } = JSON.parse(fs.readFileSync(descriptor, "utf8"));
  fs.closeSync(descriptor);
  // where the client writes its log is the same
  variables._LAMBDA_TELEMETRY_LOG_FD = process.env._LAMBDA_TELEMETRY_LOG_FD;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
  process.chdir(folder);
}

async function main() {
  // before a module is loaded that is not there from the start
  resetFlags();
  findEmulator();
  lookOutForSdk2();
  if (process.argv[2]) {
    // without a file system of its own, a function's modules are found by NODE_PATH, which `import` does not look at
    const { register, registerHooks } = require("module");
    if (registerHooks) registerHooks({ resolve: (await import("./node_path.mjs")).resolveNow });
    else register("./node_path.mjs", pathToFileURL(__filename));
    process.argv.pop();
  }
  const run = await load();
  if (process.env._LAMBDA_SPARE) takeFunction(Number(process.env._LAMBDA_SPARE));
  // the client is the program, and none of CommonJS
  process.argv[1] = CLIENT;
  process.mainModule = undefined;
  await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
}

// as of a program that is an ES module
main().catch((error) => setImmediate(() => { throw error; }));
