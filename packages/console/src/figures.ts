/** Figures as people read them. Pure. */

/** `12`, `0.91`, `1,234`; a dash for what is not known. */
export function figure(value: unknown, digits = 2): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en", {
    maximumFractionDigits: digits,
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
  });
}

/** A number of things: `1 credit`, `2.05 credits`. */
export function counted(value: unknown, thing: string): string {
  return `${figure(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** A share as percent: 0.981 is `98.1 %`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(Number.isInteger(share * 100) ? 0 : digits)} %`;
}

/** A length of time given in milliseconds: `44 ms`, `15.9 s`, `2 min 5 s`, `3 h 12 min`, `4 d 2 h`. */
export function duration(ms: unknown): string {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  if (minutes < 60) return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Bytes: `512 B`, `217 kB`, `1.4 MB`. */
export function bytes(count: unknown): string {
  if (typeof count !== "number") return "–";
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${(count / 1000).toFixed(count < 1e4 ? 1 : 0)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

/** How long ago something was: `just now`, `40 s ago`, `3 h ago`, `2 d ago`. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** The wall-clock time of a moment: `14:03:07`. */
export function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Day and time of a moment: `2026-11-24 14:03`. */
export function dayTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
