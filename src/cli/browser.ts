/** Opens a URL in the user's default browser. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** The environment variables that name the display of X11 and of Wayland. */
const DISPLAYS = ["DISPLAY", "WAYLAND_DISPLAY"];

/**
 * Returns whether this machine can show a browser. A server without a display cannot.
 *
 * @param os The operating system, as `Deno.build.os` names it.
 */
export function hasDisplay(os: string, environment: Pick<Deno.Env, "get">): boolean {
  if (os === "darwin" || os === "windows") return true;
  return DISPLAYS.some((name) => environment.get(name));
}

/** Returns the program and the arguments that open a URL in the default browser. */
export function browserCommand(url: string, os: string): [program: string, args: string[]] {
  switch (os) {
    case "darwin":
      return ["open", [url]];
    case "windows":
      // `start` is a command of the shell. It takes a first argument in quotes as the title of a window.
      return ["cmd", ["/c", "start", '""', url]];
    default:
      return ["xdg-open", [url]];
  }
}

/**
 * Opens a URL in the default browser. Resolves when the program that opens the browser has started, and rejects
 * when it cannot be started. The browser stays open when kro ends.
 */
export async function startBrowser(url: string, os: string): Promise<void> {
  // The browser gets its own process group, so that Ctrl-C in the terminal does not close the browser.
  const child = spawn(...browserCommand(url, os), { detached: true, stdio: "ignore" });
  await once(child, "spawn");
  child.unref();
}
