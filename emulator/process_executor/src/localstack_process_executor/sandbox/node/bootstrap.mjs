// The program of a Node.js function: AWS's runtime interface client, started as AWS's runtime starts it.
// It stands in /var/runtime, beside index.mjs, which is the client.
import module from "node:module";
import { run } from "./index.mjs";

if (process.argv[2]) {
  // without a file system of its own, a function's modules are found by NODE_PATH, which `import` does not look at
  if (module.registerHooks) module.registerHooks({ resolve: (await import("./node_path.mjs")).resolveNow });
  else module.register("./node_path.mjs", import.meta.url);
  process.argv.pop();
}
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
