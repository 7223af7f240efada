// A lock between processes, which allows one build at a time. The kernel releases a file lock when
// its owner dies, so the lock cannot become stale.

/**
 * Runs `work` while this process owns the lock on `file`. If another process owns the lock, first
 * calls `waiting` with a description of that process.
 */
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
  // The lock file is not removed. After a removal, two processes could lock two different files
  // with the same name.
  await handle.truncate(0);
  await handle.write(new TextEncoder().encode(`process ${Deno.pid}\n`));
  return await work();
}
