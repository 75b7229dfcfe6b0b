import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { metricNames } from "../src/telemetry/names.ts";
import { toolCall, withFront } from "./front.ts";
import { ask, codeOf, openSocket } from "./wire.ts";

describe("who may call", () => {
  test("only loopback names and allowed hosts are answered, with any port and in any case", () =>
    withFront({ "http.allowedHosts": "Hub.Example,10.0.0.7" }, async ({ url }) => {
      const good = [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]",
        "[::1]:7420",
        "hub.example",
        "HUB.example:9",
        "10.0.0.7:1",
      ];
      for (const host of good) assert.equal((await ask(url, "/healthz", { headers: { host } })).status, 200, host);
      const bad = [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "hub.example.",
        "[::2]",
        "::1",
        "localhost:80:80",
        "10.0.0.70",
      ];
      for (const host of bad) {
        const answer = await ask(url, "/healthz", { headers: { host } });
        assert.equal(answer.status, 403, host);
        assert.equal(codeOf(answer), "HOST_FORBIDDEN");
      }
    }));

  test("a page may call from the hub's own origin and from allowed ones, and from no other", () =>
    withFront({ "http.allowedOrigins": "https://desk.example" }, async ({ url, bearer }) => {
      const status = async (origin: string, host = url.host): Promise<number> =>
        (await ask(url, "/mcp", { method: "POST", headers: { ...bearer, host, origin }, body: "{}" })).status;
      for (const origin of [url.origin, "https://desk.example"]) assert.notEqual(await status(origin), 403, origin);
      assert.notEqual(await status("http://[::1]:7420", "[::1]:7420"), 403);
      for (const origin of ["null", "https://evil.example", "https://desk.example:8443", "http://desk.example", `${url.origin}0`])
        assert.equal(await status(origin), 403, origin);
      assert.equal(await status("http://localhost:1"), 403, "another port is another origin");
    }));

  test("every route but the open ones wants the token", () =>
    withFront({}, async ({ url, bearer }) => {
      for (const [method, path] of [
        ["POST", "/mcp"],
        ["GET", "/mcp"],
        ["GET", "/events"],
        ["POST", "/a2a/coordinator"],
      ] as const) {
        const bare = await ask(url, path, { method });
        assert.equal(bare.status, 401, path);
        assert.equal(codeOf(bare), "TOKEN_MISSING");
        assert.match(String(bare.headers["www-authenticate"]), /^Bearer/);
        const wrong = await ask(url, path, { method, headers: { authorization: `${bearer.authorization}x` } });
        assert.equal(codeOf(wrong), "TOKEN_WRONG");
      }
      for (const path of ["/healthz", "/readyz", "/metrics", "/.well-known/agent-card.json"])
        assert.equal((await ask(url, path)).status, 200, path);
    }));

  test("the console link works once, its cookie lets in, and a forged, cut or expired one does not", () =>
    withFront({}, async ({ url, served }) => {
      const link = new URL(served.consoleLink());
      const path = link.pathname + link.search;
      const looked = await ask(url, path, { method: "HEAD" });
      assert.equal(looked.headers["set-cookie"], undefined, "a look spends nothing");
      const first = await ask(url, path);
      assert.equal(first.status, 303);
      assert.equal(first.headers.location, "/");
      const [setCookie = ""] = first.headers["set-cookie"] ?? [];
      assert.match(setCookie, /; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
      const second = await ask(url, path);
      assert.equal(second.headers["set-cookie"], undefined);
      assert.match(String(second.headers.location), /spent/);
      assert.equal((await ask(url, "/?code=guess")).headers["set-cookie"], undefined);

      const cookie = setCookie.split(";")[0] ?? "";
      const status = async (value: string): Promise<number> =>
        (await ask(url, "/events", { method: "HEAD", headers: { cookie: value } })).status;
      assert.equal(await status(cookie), 200);
      assert.equal(await status(`theme=dark; ${cookie}`), 200);
      const [name = "", value = ""] = cookie.split("=");
      const [expires = "", signature = ""] = value.split(".");
      assert.equal(await status(`${name}=${Number(expires) + 1}.${signature}`), 401, "a longer life");
      assert.equal(await status(`${name}=${expires}.${signature.slice(0, -1)}`), 401, "a cut signature");
      assert.equal(await status(`${name}=${expires}.${"0".repeat(64)}`), 401);
      assert.equal(await status(`${name}=1.${signature}`), 401, "long expired");
      assert.equal(await status(`x${cookie}`), 401);
    }));
});

describe("what may be sent", () => {
  test("a body over the limit is refused by its announced length before it is read, and as it grows without one", () =>
    withFront({ "limits.bodyBytes": "1000" }, async ({ url, bearer }) => {
      const announced = await openSocket(
        url,
        `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: ${bearer.authorization}\r\ncontent-length: 5000\r\n\r\n`,
      );
      while (!announced.said().includes("BODY_TOO_LARGE")) await once(announced.socket, "data");
      assert.match(announced.said(), /^HTTP\/1\.1 413 /);
      announced.socket.destroy();

      const growing = await openSocket(
        url,
        `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: ${bearer.authorization}\r\ntransfer-encoding: chunked\r\n\r\n`,
      );
      for (let i = 0; i < 3; i++) growing.socket.write(`190\r\n${"x".repeat(400)}\r\n`);
      while (!growing.said().includes("BODY_TOO_LARGE")) await once(growing.socket, "data");
      assert.match(growing.said(), /^HTTP\/1\.1 413 /);
      growing.socket.destroy();

      const whole = await ask(url, "/mcp", { method: "POST", headers: bearer, body: JSON.stringify("x".repeat(998)) });
      assert.notEqual(whole.status, 413, "1000 bytes are not over the limit");
      assert.equal(
        (await ask(url, "/mcp", { method: "POST", headers: bearer, body: JSON.stringify("x".repeat(999)) })).status,
        413,
      );
    }));

  test("a client that goes on sending after a refusal still reads why", () =>
    withFront({ "limits.bodyBytes": "1000" }, async ({ url, bearer }) => {
      const large = Buffer.alloc(8 * 1024 * 1024, 32);
      const answer = await ask(url, "/mcp", { method: "POST", headers: bearer, body: large });
      assert.equal(answer.status, 413);
      const fetched = await fetch(new URL("/mcp", url), { method: "POST", headers: bearer, body: large });
      assert.equal(fetched.status, 413);
      await fetched.text();
    }));

  test("a body that is no JSON is refused with what is wrong", () =>
    withFront({}, async ({ url, bearer }) => {
      const answer = await ask(url, "/mcp", { method: "POST", headers: bearer, body: "{" });
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), "BODY_NOT_JSON");
    }));

  test("a sender that is slower than limits.requestMs is cut, in its headers and in its body", () =>
    withFront({ "limits.requestMs": "150" }, async ({ url, bearer }) => {
      const inHeaders = await openSocket(url, "GET /healthz HTTP/1.1\r\nhost: loc");
      const inBody = await openSocket(
        url,
        `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: ${bearer.authorization}\r\ncontent-length: 10\r\n\r\n{`,
      );
      await Promise.all([inHeaders.ended, inBody.ended]);
      assert.match(inHeaders.said(), /^HTTP\/1\.1 408 /);
      assert.doesNotMatch(inBody.said(), /^HTTP\/1\.1 200 /);
      assert.equal((await ask(url, "/healthz")).status, 200, "others are served");
    }));
});

describe("what is there", () => {
  test("what nothing answers is 404, and a known path asked the wrong way is 405 with what it allows", () =>
    withFront({}, async ({ url, bearer }) => {
      for (const [method, path] of [
        ["POST", "/nothing"],
        ["DELETE", "/"],
        ["POST", "/assets/none.js"],
      ] as const) {
        const answer = await ask(url, path, { method, headers: bearer });
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.equal(codeOf(answer), "ROUTE_UNKNOWN");
      }
      const wrong = await ask(url, "/events", { method: "POST", headers: bearer });
      assert.equal(wrong.status, 405);
      assert.equal(codeOf(wrong), "METHOD_NOT_ALLOWED");
      assert.equal(wrong.headers.allow, "GET, HEAD");
      assert.equal(
        (await ask(url, "/a2a/coordinator", { method: "PUT", headers: bearer })).headers.allow,
        "DELETE, GET, HEAD, POST",
      );
      assert.equal((await ask(url, "/assets/none.js")).status, 404);
      const nobody = await ask(url, "/a2a/nobody/.well-known/agent-card.json");
      assert.equal(nobody.status, 404);
      assert.equal(codeOf(nobody), "AGENT_UNKNOWN");
    }));

  test("HEAD answers as GET without a body, and leaves no stream open", () =>
    withFront({}, async ({ url, bearer }) => {
      for (const path of ["/healthz", "/metrics", "/.well-known/agent-card.json"]) {
        const [head, get] = [await ask(url, path, { method: "HEAD" }), await ask(url, path)];
        assert.equal(head.status, 200, path);
        assert.equal(head.body, "");
        assert.equal(head.headers["content-type"], get.headers["content-type"]);
      }
      const stream = await ask(url, "/events", { method: "HEAD", headers: bearer });
      assert.equal(stream.headers["content-type"], "text/event-stream");
      assert.match((await ask(url, "/metrics")).body, /^entente_event_streams 0$/m);
    }));

  test("no path leaves the console's folder, and a broken escape is the caller's mistake", () =>
    withFront({}, async ({ url }) => {
      const attempts = [
        "/../package.json",
        "/..%2fpackage.json",
        "/%2e%2e/package.json",
        "/%2e%2e%2fpackage.json",
        "/assets/..%2f..%2fpackage.json",
        "/..%5c..%5cpackage.json",
        "/%2fetc/hosts.txt",
        "/..%2f..%2fhub%2fpackage.json",
        "/package.json%00.html",
        "/....//package.json",
      ];
      for (const path of attempts) {
        const answer = await ask(url, path);
        assert.doesNotMatch(answer.body, /"name": "@entente|127\.0\.0\.1\s+localhost/, path);
        assert.ok([200, 404, 503].includes(answer.status), `${path}: ${answer.status}`);
      }
      for (const path of ["/%zz", "/%e0%a4%a.js", "/a2a/%ff"]) {
        const answer = await ask(url, path);
        assert.equal(answer.status, 400, path);
        assert.equal(codeOf(answer), "PATH_INVALID");
      }
    }));

  test("the metrics name everything that telemetry/names.ts declares, and count what was asked", () =>
    withFront({}, async ({ url, bearer }) => {
      await ask(url, "/mcp", {
        method: "POST",
        headers: { ...bearer, ...toolCall("hub_status", {}).headers },
        body: toolCall("hub_status", {}).body,
      });
      const { body, headers } = await ask(url, "/metrics");
      assert.match(String(headers["content-type"]), /^text\/plain; version=/);
      for (const { name, help } of Object.values(metricNames)) {
        assert.ok(body.includes(`# HELP ${name} ${help}\n`), name);
        assert.match(body, new RegExp(`^# TYPE ${name} (counter|gauge|histogram)$`, "m"));
      }
      assert.match(body, /^entente_tool_calls_total\{tool="hub_status",outcome="ok"\} 1$/m);
      assert.match(body, /^entente_http_requests_total\{route="\/mcp",status="200"\} 1$/m);
    }));

  test("/readyz says ready once the agents are there", () =>
    withFront({}, async ({ url }) => {
      const { status, body } = await ask(url, "/readyz");
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), { ready: true });
    }));
});

test("idle connections are promised for longer than a minute, so that no browser sends on one that is just being closed", () =>
  withFront({}, async ({ url }) => {
    const { headers } = await ask(url, "/healthz", { headers: { connection: "keep-alive" } });
    assert.match(String(headers["keep-alive"]), /timeout=6[1-9]/);
  }));
