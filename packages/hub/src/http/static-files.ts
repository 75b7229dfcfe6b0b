import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".png": "image/png",
};

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/**
 * Sends a file of `folder`, or its index.html for any path that is no file (the console routes itself). Returns false
 * when the folder holds no index.html. A path can never leave the folder.
 */
export async function sendStaticFile(response: ServerResponse, folder: string, path: string): Promise<boolean> {
  const wanted = normalize(join(folder, decodeURIComponent(path)));
  const inside = wanted.startsWith(folder + sep);
  const isAsset = inside && extname(wanted) !== "";
  const file = isAsset ? wanted : join(folder, "index.html");
  let body: Buffer;
  try {
    body = await readFile(file);
  } catch {
    if (!isAsset) return false;
    response.writeHead(404, { "content-type": "text/plain" }).end("no such file\n");
    return true;
  }
  // Vite names built assets by content, so they may be kept forever.
  const cache = file.includes(`${sep}assets${sep}`) ? "public, max-age=31536000, immutable" : "no-cache";
  response.writeHead(200, {
    "content-type": mediaTypes[extname(file)] ?? "application/octet-stream",
    "content-length": body.length,
    "cache-control": cache,
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
  });
  response.end(body);
  return true;
}
