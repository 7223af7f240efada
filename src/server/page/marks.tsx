/// <reference lib="dom" />
/** Marks and words for states. Each mark has a shape, so that it is legible without color. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Health } from "./types.ts";

/** The tone of a mark, which is a class of the style sheet. */
export type Tone = "good" | "busy" | "bad" | "warn" | "quiet";

const HEALTH_TONES: Record<Health, Tone> = {
  error: "bad",
  degraded: "warn",
  progressing: "busy",
  ready: "good",
  suspended: "quiet",
  deleting: "quiet",
};

const SHAPES: Record<Tone, string> = { good: "●", busy: "◐", bad: "✕", warn: "▲", quiet: "○" };

/** Returns the tone of an instance's health. */
export function healthTone(health: Health): Tone {
  return HEALTH_TONES[health];
}

/** Returns the tone of the state of a graph, an instance or a node, or of the status of a condition. */
export function stateTone(state: string): Tone {
  if (["Active", "ACTIVE", "Ready", "True"].includes(state)) return "good";
  if (["ERROR", "Failed", "Inactive", "False"].includes(state)) return "bad";
  if (["IN_PROGRESS", "Waiting", "Pending", "Unknown"].includes(state)) return "busy";
  return "quiet";
}

/** Returns the shape of a tone. */
export function shapeOf(tone: Tone): string {
  return SHAPES[tone];
}

/** A state with its mark. */
export function Mark({ tone, children }: { tone: Tone; children?: ComponentChildren }) {
  return (
    <span class={`mark ${tone}`}>
      <span class="shape" aria-hidden="true">{SHAPES[tone]}</span>
      {children}
    </span>
  );
}

/** The interval at which ages on the screen are updated, in milliseconds. */
const TICK_MS = 5000;

/** The time that has passed since a moment, such as `5m`; the tooltip has the moment itself. */
export function Age({ since }: { since?: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count: number) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (!since) return <span class="muted">–</span>;
  return <time dateTime={since} title={since}>{ageText(Date.now() - Date.parse(since))}</time>;
}

/** Returns a duration in its largest unit, as kubectl writes ages. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}

/** The explanation that stands in the place of missing content. */
export function Notice({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}
