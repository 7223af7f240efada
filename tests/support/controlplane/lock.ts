// One build at a time, across processes. The kernel releases a file lock when its holder dies, so no lock is stale.

/** Runs `work` while holding the lock on `file`; `waiting` receives the holder if the lock is held. */
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
  // The file is kept: removing it would let two processes lock two files of the same name.
  await handle.truncate(0);
  await handle.write(new TextEncoder().encode(`process ${Deno.pid}\n`));
  return await work();
}
