// The program of a Node.js function: AWS's runtime interface client, started as AWS's runtime starts it.
// It stands in /var/runtime, beside index.mjs, which is the client.
import dns from "node:dns";
import module from "node:module";
import { run } from "./index.mjs";

// Queue URLs and presigned URLs have a name that LocalStack gives this machine: it is found without a DNS server.
const EMULATOR = /(^|\.)localhost\.localstack\.cloud$/i;
const { lookup } = dns;
const { lookup: lookupLater } = dns.promises;
dns.lookup = (name, ...rest) => lookup(EMULATOR.test(name) ? "127.0.0.1" : name, ...rest);
dns.promises.lookup = (name, ...rest) => lookupLater(EMULATOR.test(name) ? "127.0.0.1" : name, ...rest);
module.syncBuiltinESMExports();

if (process.argv[2]) {
  // without a file system of its own, a function's modules are found by NODE_PATH, which `import` does not look at
  if (module.registerHooks) module.registerHooks({ resolve: (await import("./node_path.mjs")).resolveNow });
  else module.register("./node_path.mjs", import.meta.url);
  process.argv.pop();
}
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
