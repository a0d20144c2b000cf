// Loaded into what npx runs (see .npmrc): names under localhost.localstack.cloud are this machine, as public DNS has them.
// cdklocal knows LocalStack by such a name, and a laptop on a train or a CI job without a network cannot look it up.
"use strict";

const dns = require("dns");
const path = require("path");

const LOCALSTACK = /(^|\.)localhost\.localstack\.cloud$/i;
const lookup = dns.lookup;

dns.lookup = function (hostname, options, callback) {
  return lookup.call(dns, LOCALSTACK.test(hostname) ? "127.0.0.1" : hostname, options, callback);
};

// The CDK's library has been unpacked by the set-up. By itself it would be unpacked again, 200 MB, into the person's home,
// and refused there if a group can write to a folder on the way (umask 002).
const CACHE = path.resolve(__dirname, "../../.localdev/home/.cache/aws/jsii/package-cache");
process.env.JSII_RUNTIME_PACKAGE_CACHE_ROOT ||= CACHE;
