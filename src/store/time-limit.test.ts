import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { TimedOut, withTimeLimit } from './time-limit.ts'

test('what takes too long is given up, and told that nobody waits', async () => {
  let isExpired: () => boolean = () => false
  const work = withTimeLimit(20, expired => {
    isExpired = expired
    return new Promise<never>(() => {})
  })
  await expect(work).rejects.toBeInstanceOf(TimedOut)
  expect(isExpired()).toBe(true)
})

// Answers 100 ms after it was asked, from a process of its own.
const server = `
  const server = require('node:http').createServer((_, response) => setTimeout(() => response.end('x'), 100))
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

test('an answer that arrived while the process was busy past the limit is not thrown away', async () => {
  const child = spawn(process.execPath, ['--eval', server], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(child.stdout, 'data')
    const asked = request(`http://127.0.0.1:${Number(port)}/`).end()
    const answered = once(asked, 'response')
    await once(asked, 'finish')
    const within = withTimeLimit(50, () => answered)
    // Busy in an immediate: the event loop comes to its timers next, and to its sockets only then.
    await nextTurn()
    const until = performance.now() + 400
    while (performance.now() < until);
    const [response] = await within
    expect(response.statusCode).toBe(200)
    response.resume()
  } finally {
    child.kill()
  }
})
