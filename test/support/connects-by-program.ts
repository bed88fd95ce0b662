import { expect } from 'vitest'
import { Visitor } from './visitor.ts'

/**
 * Goes the whole way at a program of `examples/`, as a user, an attacker and a double click do.
 * @param home where it is, with a slash at the end
 * @param issuer of the oidc-provider that it is told of
 */
export async function connectsByProgram(home: string, issuer: string): Promise<void> {
  const visitor = new Visitor()
  expect((await visitor.get(home)).html).toContain('Connect Acme</button>')

  const start = `${home}oauth/connect/acme`
  expect((await visitor.get(start)).status).toBe(405)
  expect((await visitor.post(start, {}, { origin: 'https://evil.example' })).status).toBe(403)
  const started = await visitor.post(start, {}, { origin: home.slice(0, -1) })
  expect(started.location?.href).toContain(`${issuer}/auth?`)
  const callback = await visitor.allow(started.location, home)

  const stranger = await new Visitor().get(callback.replace(/state=[\w-]+/, 'state=guessed'))
  expect([stranger.status, stranger.html]).toEqual([400, expect.stringContaining('This link is not valid')])
  // A provider that posts its callback sends no cookies along: the browser comes again by GET, with them.
  const { origin, pathname, searchParams } = new URL(callback)
  const form = { ...Object.fromEntries(searchParams), user: '{"name":"Ada"}' }
  const posted = await new Visitor().post(origin + pathname, form, { origin: issuer })
  expect([posted.status, posted.location?.pathname]).toEqual([303, pathname])
  expect(Object.fromEntries(posted.location?.searchParams ?? [])).toEqual({
    code: searchParams.get('code'),
    state: searchParams.get('state'),
    iss: issuer,
  })
  const ended = await visitor.get(posted.location ?? '')
  expect([ended.status, ended.location?.href]).toEqual([303, `${home}?connect=connected&provider=acme`])
  expect((await visitor.get(home)).html).toContain('Acme is connected.')

  const again = await visitor.get(callback)
  expect([again.status, again.html]).toEqual([200, expect.stringContaining('Already connected')])
}
