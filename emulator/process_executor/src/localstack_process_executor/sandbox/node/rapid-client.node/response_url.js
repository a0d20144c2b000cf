// Lets a custom resource answer the emulator.
//
// On AWS the event's ResponseURL is one of S3's, and the helpers of AWS and of the CDK answer it over HTTPS at port 443,
// whatever protocol and port it names. Here it names the emulator, which listens at another port, without TLS.
"use strict";

const RESPONSE_URL = /\\*"ResponseURL\\*"\s*:\s*\\*"(http:[^"\\]+)/;
const answered = new Map();

exports.reachEmulator = (event) => {
  const found = RESPONSE_URL.exec(event);
  if (!found) return;
  if (answered.size === 0) patchHttps();
  const url = new URL(found[1]);
  answered.set(url.hostname, url.port || "80");
};

function patchHttps() {
  const http = require("http");
  const https = require("https");
  const { urlToHttpOptions } = require("url");
  const { request } = https;

  https.request = function (...given) {
    const target = typeof given[0] === "string" ? new URL(given[0]) : given[0];
    const begin = target instanceof URL ? urlToHttpOptions(target) : target;
    const options = { ...begin, ...(typeof given[1] === "object" ? given[1] : {}) };
    const name = options.hostname ?? options.host ?? "";
    const port = answered.get(name);
    if (port === undefined) return request.apply(this, given);
    const to = { protocol: "http:", hostname: name, host: undefined, port, agent: undefined };
    return http.request({ ...options, ...to }, ...given.filter((each) => typeof each === "function"));
  };
  https.get = function (...given) {
    const started = https.request(...given);
    started.end();
    return started;
  };
  require("module").syncBuiltinESMExports();
}
