// A stand-in for Leap: a real HTTP server on the loopback interface that speaks the solver API, solves with the package's own
// samplers, does wrong what it is told to do wrong, and keeps a log of all requests.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { inflateSync } from "node:zlib";
import type { JobBody } from "./stand-in-answers.ts";
import { type Fault, Faults } from "./stand-in-faults.ts";
import { type AcceptedJob, Jobs } from "./stand-in-jobs.ts";
import { type ServedSolver, standInSolvers } from "./stand-in-solvers.ts";
import { type Reply, refused, Uploads } from "./stand-in-uploads.ts";

/** One request as it came. Bodies: parsed JSON, or size and MD5 of octets. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly fault?: string;
}

/** How a stand-in behaves. */
export interface StandInOptions {
  readonly port?: number;
  readonly token?: string;
  /** How long a job waits in the queue. */
  readonly runMs?: number;
  /** Whether finished jobs carry their answer when their status alone is asked for. */
  readonly answersInLists?: boolean;
  readonly cacheControl?: string;
  readonly deprecation?: string;
}

interface Answered extends Reply {
  /** The last part of the media type, such as problems; undefined: plain JSON. */
  readonly media?: string;
  readonly octets?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const base = "/sapi/v2/";

/** The server. `endpoint` is what a client is told. */
export class StandIn {
  readonly token: string;
  readonly log: LoggedRequest[] = [];
  readonly faults = new Faults();
  readonly solvers: ServedSolver[] = standInSolvers();
  readonly jobs: Jobs;
  readonly #uploads = new Uploads();
  readonly #server: Server;
  readonly #options: StandInOptions;
  #port = 0;

  private constructor(options: StandInOptions) {
    this.#options = options;
    this.token = options.token ?? "STANDIN-token-1";
    this.jobs = new Jobs(this.solvers, this.#uploads, options.runMs ?? 2);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options);
    await new Promise<void>((resolve) => standIn.#server.listen(options.port ?? 0, "127.0.0.1", resolve));
    const address = standIn.#server.address();
    standIn.#port = typeof address === "object" && address !== null ? address.port : 0;
    return standIn;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get endpoint(): string {
    return this.origin + base;
  }

  /** Labels that were accepted more than once. */
  get submittedTwice(): readonly string[] {
    const seen = new Set<string>();
    return this.jobs.accepted.flatMap(({ body }) => {
      const label = body.label ?? "";
      if (seen.has(label)) return [label];
      seen.add(label);
      return [];
    });
  }

  /** QPU time charged, in us. */
  get charged(): number {
    return this.jobs.accepted.reduce((sum, { charged }) => sum + charged, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.origin);
    const method = request.method ?? "GET";
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    let bytes = Buffer.concat(chunks);
    if (url.pathname.startsWith("/control/")) return this.#control(url.pathname, bytes, response);
    const fault = this.faults.next(method, url.pathname);
    if (request.headers["content-encoding"] === "deflate") bytes = inflateSync(bytes);
    this.#record(request, url, bytes, fault);
    if (fault?.kind === "drop" && fault.after !== true) return void request.socket.destroy();
    if (fault?.kind === "status" && fault.after !== true) return failing(response, fault);
    if (fault?.kind === "truncate") {
      this.#truncated(url.pathname, bytes);
      return void request.socket.destroy();
    }
    const answered = await this.#answer(method, url, request, bytes, fault);
    if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 100));
    if (fault?.kind === "drop") return void request.socket.destroy();
    if (fault?.kind === "status") return failing(response, fault);
    response.statusCode = answered.status;
    for (const [name, value] of Object.entries(answered.headers ?? {})) response.setHeader(name, value);
    if (this.#options.deprecation !== undefined) response.setHeader("X-Deprecation", this.#options.deprecation);
    if (answered.octets !== undefined) {
      response.setHeader("Content-Type", "application/octet-stream");
      response.end(answered.octets);
      return;
    }
    const version = fault?.kind === "version" ? "9.9.9" : answered.media?.startsWith("metadata.") === true ? "1.0.0" : "3.0.0";
    const media = answered.media?.startsWith("metadata.") === true ? answered.media : `sapi.${answered.media}`;
    const type = answered.media === undefined ? "application/json" : `application/vnd.dwave.${media}+json; version=${version}`;
    response.setHeader("Content-Type", type);
    response.end(answered.status === 304 ? undefined : JSON.stringify(answered.json));
  }

  async #answer(method: string, url: URL, request: IncomingMessage, bytes: Buffer, fault: Fault | undefined): Promise<Answered> {
    if (url.pathname.startsWith("/metadata/v1/regions")) return this.#regions(url.pathname);
    if (!url.pathname.startsWith(base)) return refused(404, "no such path");
    if (request.headers["x-auth-token"] !== this.token) return refused(401, "Invalid token or access denied");
    const [area = "", ...rest] = url.pathname.slice(base.length).replace(/\/$/, "").split("/");
    if (area === "solvers") return this.#listSolvers(rest[1], url.searchParams.get("filter"), request);
    if (area === "bqm") return this.#upload(method, rest, request, bytes, fault);
    if (area !== "problems") return refused(404, "no such path");
    const [id, what] = rest;
    const nulled = fault?.kind === "null";
    if (id === undefined && method === "POST") return await this.#submit(parsed(bytes), nulled, fault?.kind === "offline");
    if (id === undefined && method === "DELETE")
      return {
        status: 200,
        media: "problems",
        json: arrayIn(parsed(bytes)).map((one) => this.#shown(this.jobs.cancel(String(one)))),
      };
    if (id === undefined) return await this.#list(url.searchParams);
    const job = this.jobs.get(id);
    if (method === "DELETE") return { status: 200, media: "problem", json: this.#shown(this.jobs.cancel(id)) };
    if (job === undefined) return refused(404, "Problem does not exist or apitoken does not have access");
    if (what === "blob") return { status: 200, json: null, octets: this.jobs.blob(id) ?? Buffer.alloc(0) };
    if (what === "answer") return { status: 200, media: "problem-answer", json: { answer: job.answer } };
    if (what === "messages") return { status: 200, media: "problem-message", json: [] };
    if (what === "info") return { status: 200, media: "problem-data", json: this.#info(job) };
    await this.jobs.news([id], 1000 * Number(url.searchParams.get("timeout") ?? 0));
    const answer = job.answer === undefined ? {} : { answer: nulled ? null : job.answer };
    return { status: 200, media: "problem", json: { ...this.#shown(job), ...answer } };
  }

  async #submit(body: unknown, nulled: boolean, offline: boolean): Promise<Answered> {
    if (!Array.isArray(body)) {
      const job = this.jobs.accept(body as JobBody, offline); // why: accept checks what it uses
      if ("error_code" in job) return { status: 200, media: "problems", json: job };
      await this.jobs.news([job.id], 3000);
      return { status: 200, media: "problems", json: { ...this.#shown(job), answer: job.answer } };
    }
    const jobs = body.map((one) => this.jobs.accept(one, offline));
    return { status: 200, media: "problems", json: jobs.map((job) => (nulled ? null : this.#shown(job))) };
  }

  async #list(query: URLSearchParams): Promise<Answered> {
    const ids = query.get("id")?.split(",");
    if (ids !== undefined) {
      if (ids.length > 1000) return refused(400, "too many ids");
      await this.jobs.news(ids, 1000 * Number(query.get("timeout") ?? 0));
      const found = ids.flatMap((id) => this.jobs.get(id) ?? []);
      return { status: 200, media: "problems", json: found.map((job) => this.#shown(job, this.#options.answersInLists)) };
    }
    const [label, status, solver] = [query.get("label"), query.get("status"), query.get("solver")];
    const found = this.jobs.accepted
      .filter((job) => label === null || job.body.label === label)
      .filter((job) => status === null || job.status === status)
      .filter((job) => solver === null || job.body.solver.name === solver)
      .reverse()
      .slice(0, Number(query.get("max_results") ?? 1000));
    return { status: 200, media: "problems", json: found.map((job) => this.#shown(job)) };
  }

  #upload(method: string, rest: readonly string[], request: IncomingMessage, bytes: Buffer, fault: Fault | undefined): Answered {
    const [, id, what, part] = rest;
    if (id === undefined) return this.#uploads.start(recordIn(parsed(bytes)).size);
    if (what === "part" && method === "PUT") {
      const md5 = request.headers["content-md5"];
      return this.#uploads.put(id, Number(part), bytes, typeof md5 === "string" ? md5 : undefined, fault?.kind === "corrupt");
    }
    if (what === "status") return this.#uploads.status(id);
    if (what === "combine") return this.#uploads.combine(id, recordIn(parsed(bytes)).checksum);
    return refused(404, "no such path");
  }

  // What came of the part before the connection broke.
  #truncated(path: string, bytes: Buffer): void {
    const [, id, part] = /multipart\/([^/]+)\/part\/(\d+)/.exec(path) ?? [];
    const half = bytes.subarray(0, bytes.length >> 1);
    if (id !== undefined) this.#uploads.put(id, Number(part), half, createHash("md5").update(half).digest("base64"));
  }

  #listSolvers(name: string | undefined, filter: string | null, request: IncomingMessage): Answered {
    const shown = this.solvers.map((solver) => {
      if (filter === "all,-status,-avg_load") {
        const { status: _, avg_load: __, ...fixed } = solver;
        return fixed;
      }
      if (filter === "none,+identity,+status,+avg_load") {
        const { identity, status, avg_load } = solver;
        return { identity, status, avg_load };
      }
      return solver;
    });
    const json = name === undefined ? shown : shown.find(({ identity }) => identity.name === decodeURIComponent(name));
    if (json === undefined) return refused(404, "no such solver");
    const etag = `"${createHash("md5").update(JSON.stringify(json)).digest("hex")}"`;
    const headers = { ETag: etag, "Cache-Control": this.#options.cacheControl ?? "max-age=60" };
    const media = name === undefined ? "solver-definition-list" : "solver-definition";
    return { status: request.headers["if-none-match"] === etag ? 304 : 200, media, json, headers };
  }

  #regions(path: string): Answered {
    const regions = ["na-west-1", "eu-central-1"].map((code) => ({ code, name: `Region ${code}`, endpoint: this.endpoint }));
    const code = path.slice("/metadata/v1/regions".length).replaceAll("/", "");
    if (code === "") return { status: 200, media: "metadata.regions", json: regions };
    const region = regions.find((one) => one.code === code);
    return region === undefined ? refused(404, "no such region") : { status: 200, media: "metadata.region", json: region };
  }

  #shown(job: AcceptedJob | { readonly error_code: number }, withAnswer = false): Readonly<Record<string, unknown>> {
    if ("error_code" in job) return job;
    const { id, body, status, submittedOn, solvedOn, message, answer } = job;
    return {
      id,
      type: body.type,
      solver: this.solvers.find(({ identity }) => identity.name === body.solver.name)?.identity,
      label: body.label ?? null,
      status,
      submitted_on: submittedOn,
      ...(solvedOn === undefined ? {} : { solved_on: solvedOn }),
      ...(message === undefined ? {} : { error_message: message }),
      ...(withAnswer && answer !== undefined ? { answer } : {}),
    };
  }

  #info(job: AcceptedJob): Readonly<Record<string, unknown>> {
    const { solver, type, label, status, submitted_on, solved_on } = this.#shown(job);
    return {
      id: job.id,
      data: job.body.data,
      params: job.body.params,
      metadata: { submitted_by: "STANDIN", solver, type, label, status, submitted_on, solved_on, messages: [] },
      ...(job.answer === undefined ? {} : { answer: job.answer }),
    };
  }

  #record(request: IncomingMessage, url: URL, bytes: Buffer, fault: Fault | undefined): void {
    const octets = request.headers["content-type"] === "application/octet-stream";
    const body = bytes.length === 0 ? null : octets ? octetsShown(bytes) : parsed(bytes);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.log.push({
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body,
      ...(fault === undefined ? {} : { fault: fault.kind }),
    });
  }

  // For programs that are not in this process.
  #control(path: string, bytes: Buffer, response: ServerResponse): void {
    if (path === "/control/faults") {
      const { faults, seed } = recordIn(parsed(bytes));
      this.faults.set(Array.isArray(faults) ? faults : [], typeof seed === "number" ? seed : 1);
    }
    if (path === "/control/clear") this.log.length = 0;
    const { accepted } = this.jobs;
    const shown = { log: this.log, jobs: accepted.length, twice: this.submittedTwice, charged: this.charged };
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(shown));
  }
}

function failing(response: ServerResponse, { status = 503, retryAfterS }: Fault): void {
  response.statusCode = status;
  if (retryAfterS !== undefined) response.setHeader("Retry-After", String(retryAfterS));
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ error_code: status, error_msg: "a fault was asked for" }));
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return octetsShown(bytes);
  }
}

function octetsShown(bytes: Buffer) {
  return { octets: bytes.length, md5: createHash("md5").update(bytes).digest("hex") };
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function arrayIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
