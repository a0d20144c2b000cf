// Loaded into what npx runs (see .npmrc): names under localhost.localstack.cloud are this machine, as public DNS has them.
// cdklocal knows LocalStack by such a name, and a laptop on a train or a CI job without a network cannot look it up.
"use strict";

const dns = require("dns");

const LOCALSTACK = /(^|\.)localhost\.localstack\.cloud$/i;
const lookup = dns.lookup;

dns.lookup = function (hostname, options, callback) {
  return lookup.call(dns, LOCALSTACK.test(hostname) ? "127.0.0.1" : hostname, options, callback);
};
