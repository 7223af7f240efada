/** Tests of how the browser of `kro dashboard` is opened on each operating system. */
import assert from "node:assert/strict";
import { browserCommand, hasDisplay, startBrowser } from "../../../src/cli/browser.ts";

const environment = (values: Record<string, string>) => new Map(Object.entries(values));
const URL = "http://127.0.0.1:8079";

Deno.test("Linux has a display only with the variables of X11 or Wayland", () => {
  assert.equal(hasDisplay("linux", environment({ HOME: "/root" })), false);
  assert.equal(hasDisplay("linux", environment({ DISPLAY: "" })), false);
  assert.equal(hasDisplay("linux", environment({ DISPLAY: ":0" })), true);
  assert.equal(hasDisplay("freebsd", environment({ WAYLAND_DISPLAY: "wayland-0" })), true);
  assert.equal(hasDisplay("darwin", environment({})), true);
  assert.equal(hasDisplay("windows", environment({})), true);
});

Deno.test("each operating system opens the URL with its own program", () => {
  assert.deepEqual(browserCommand(URL, "linux"), ["xdg-open", [URL]]);
  assert.deepEqual(browserCommand(URL, "darwin"), ["open", [URL]]);
  assert.deepEqual(browserCommand(URL, "windows"), ["cmd", ["/c", "start", '""', URL]]);
});

Deno.test("a missing program is an error that names the program", async () => {
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nonexistent");
  try {
    await assert.rejects(startBrowser(URL, "linux"), /xdg-open/);
  } finally {
    Deno.env.set("PATH", path);
  }
});
