// Loaded into cdklocal before it starts (NODE_OPTIONS=--require), by localdev/deployment/cdk.py, where the app has a CDK
// CLI of its own: cdklocal would take the one beside itself.
"use strict";

const Module = require("node:module");

const app = process.env.LOCALDEV_APP_WITH_CDK;
delete process.env.LOCALDEV_APP_WITH_CDK; // not for what the CLI starts: the app resolves its packages by itself

if (app) {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, isMain, options) {
    const isTheCli = request === "aws-cdk" || request.startsWith("aws-cdk/");
    return resolve.call(this, request, parent, isMain, isTheCli ? { ...options, paths: [app] } : options);
  };
}
