// One build at a time, across processes. The kernel's file lock is let go when its holder dies, so none goes stale.

/** Runs `work` while holding the lock on `file`; `waiting` is told who holds it when it is taken. */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: (holder: string) => void = () => {},
): Promise<T> {
  using handle = await Deno.open(file, { create: true, read: true, write: true });
  if (!await handle.tryLock(true)) {
    waiting((await Deno.readTextFile(file)).trim() || "another process");
    await handle.lock(true);
  }
  // The file stays when we are done: removing it would let two processes hold locks on two files of one name.
  await handle.truncate(0);
  await handle.write(new TextEncoder().encode(`process ${Deno.pid}\n`));
  return await work();
}
