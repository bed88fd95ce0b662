import { type ChildProcess, spawn } from 'node:child_process'

const SCRIPT = `cat > /dev/null
kill -CONT "$1"; kill "-$2" "$1"
while kill -0 "$1"; do sleep 0.1; done
rm -rf "$3"`

/**
 * Ends a server and removes its folder when this process ends without having done so, however it ends: then
 * the guard's input ends. A session of its own keeps the guard from a Ctrl-C that is meant for the tests.
 * @param signal What ends the server at once, without the prefix SIG.
 */
export function guard(server: ChildProcess, signal: 'QUIT' | 'TERM', folder: string): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'guard', String(server.pid), signal, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  return child
}
