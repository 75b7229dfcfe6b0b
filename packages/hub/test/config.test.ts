import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../src/base/config.ts";
import { configKeys, environmentName } from "../src/base/config-keys.ts";
import { scratchFolder } from "./scratch.ts";

test("flags win over the environment, which wins over the file, which wins over the default; each value says its source", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "hub.json");
  writeFileSync(file, JSON.stringify({ http: { port: 1000, host: "::1" }, "limits.bodyBytes": 10 }));
  const config = loadConfig({
    file,
    environment: { ENTENTE_HTTP_PORT: "2000", ENTENTE_LIMITS_BODY_BYTES: "20", HOME: "/x" },
    flags: [["limits.bodyBytes", "30"]],
  });
  assert.deepEqual(
    [config.values["http.host"], config.values["http.port"], config.values["limits.bodyBytes"], config.values["log.level"]],
    ["::1", 2000, 30, "warn"],
  );
  assert.deepEqual(
    [config.sources["http.host"], config.sources["http.port"], config.sources["limits.bodyBytes"], config.sources["log.level"]],
    [`file ${file}`, "environment ENTENTE_HTTP_PORT", "flag", "default"],
  );
});

test("an unknown key is refused and the nearest known one is named, wherever it stands", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "hub.json");
  writeFileSync(file, JSON.stringify({ http: { prot: 1 } }));
  assert.throws(() => loadConfig({ file }), { code: "CONFIG_UNKNOWN_KEY", message: /"http\.prot".*did you mean "http\.port"/ });
  assert.throws(() => loadConfig({ flags: [["limits.bodybytes", "1"]] }), { message: /did you mean "limits\.bodyBytes"/ });
  assert.throws(() => loadConfig({ environment: { ENTENTE_HTTP_PROT: "1" } }), { message: /did you mean "ENTENTE_HTTP_PORT"/ });
});

test("a value of the wrong kind says what was wanted and what came", () => {
  assert.throws(() => loadConfig({ flags: [["http.port", "99999"]] }), {
    code: "CONFIG_INVALID_VALUE",
    message: /http\.port from flag: .*65535.*99999/,
  });
  assert.throws(() => loadConfig({ flags: [["http.port", "http"]] }), { code: "CONFIG_INVALID_VALUE" });
  assert.throws(() => loadConfig({ flags: [["http.port", ""]] }), { code: "CONFIG_INVALID_VALUE" });
  assert.throws(() => loadConfig({ environment: { ENTENTE_LOG_LEVEL: "loud" } }), { message: /"loud"/ });
});

test("a file that is missing or no JSON object is named", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "broken.json");
  assert.throws(() => loadConfig({ file }), { code: "CONFIG_FILE_UNREADABLE" });
  writeFileSync(file, "[1]");
  assert.throws(() => loadConfig({ file }), { code: "CONFIG_FILE_UNREADABLE", message: /another kind/ });
});

test("lists come from text by commas, and every default passes its own type", () => {
  assert.deepEqual(loadConfig({ flags: [["http.allowedHosts", "a.example, b.example"]] }).values["http.allowedHosts"], [
    "a.example",
    "b.example",
  ]);
  for (const [name, key] of Object.entries(configKeys)) assert.ok(key.type.safeParse(key.value).success, name);
  assert.equal(environmentName("limits.bodyBytes"), "ENTENTE_LIMITS_BODY_BYTES");
});

test("a key that holds an object takes it from the file as it is, and from the environment as JSON", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "services.json");
  writeFileSync(file, JSON.stringify({ routing: { services: { near: { region: "eu" } } } }));
  assert.deepEqual(loadConfig({ file }).values["routing.services"], { near: { region: "eu" } });
  const environment = { ENTENTE_ROUTING_SERVICES: '{"near": {"price": 2}}' };
  assert.deepEqual(loadConfig({ environment }).values["routing.services"], { near: { price: 2 } });
  for (const wrong of ["near", '{"near": {"price": "cheap"}}'])
    assert.throws(() => loadConfig({ environment: { ENTENTE_ROUTING_SERVICES: wrong } }), { code: "CONFIG_INVALID_VALUE" });
});
