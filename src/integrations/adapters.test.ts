import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

import type { AuthorizationStart } from 'evergrant'

import * as forExpress from 'evergrant/express'
import * as forFastify from 'evergrant/fastify'
import * as forHono from 'evergrant/hono'
import * as forNext from 'evergrant/next'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { type Context, Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'

/*
 * What the adapters themselves do, on real servers of each framework: bodies, mount points, what is left to others. The
 * service beneath answers at once; the whole way is gone in test/integration/frameworks.test.ts.
 */
const calls: unknown[][] = []
let fault: Error | null = null
const started: AuthorizationStart = {
  url: 'https://id.acme.example/auth?state=s1',
  binding: 'b1',
  redirectUri: 'https://app.example/oauth/callback/acme',
  expiresAt: new Date(0),
}
const connected = {
  kind: 'connected' as const,
  clientId: 'smart-tax-nation',
  provider: 'acme',
  scopes: null,
  missingScopes: [],
  refreshable: true,
  remedy: null,
  account: null,
  returnTo: null,
}
const tokens: Parameters<typeof forNext.connectRoutes>[0] = {
  authorizationUrl: async (...asked) => {
    calls.push(asked)
    if (fault !== null) throw fault
    return started
  },
  handleCallback: async (...asked) => {
    calls.push(asked)
    return connected
  },
  confirmAccountChange: async () => connected,
}
const names = { providers: { acme: {} }, returnTo: ['/settings'] }
const OWN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }

let close: () => unknown = () => {}
afterEach(async () => {
  await close()
  calls.length = 0
  fault = null
})

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  close = () => server.close()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const user = (request: { readonly headers: Record<string, unknown> }): string =>
  String(request.headers['x-session'] ?? 'ada')

// The types of both declare the same names. What is used of it here is alike.
const express4: typeof express = createRequire(import.meta.url)('express4')

async function openExpress(framework: typeof express, parsed: boolean): Promise<string> {
  const app = framework()
  if (parsed) app.use(framework.json(), framework.urlencoded({ extended: true }))
  const session = { clientOf: () => 'smart-tax-nation', userOf: user }
  app.use('/oauth', forExpress.connectRoutes(tokens, { ...names, ...session }))
  app.post('/oauth/own', framework.text({ type: '*/*' }), (req, res) => void res.send(`own ${req.body}`))
  app.use((error: Error, _req: unknown, res: express.Response, _next: unknown) => {
    const { status = 500 } = error as Error & { status?: number }
    res.status(status).send(`framework: ${error.message}`)
  })
  return listening(createServer(app))
}

/** An app of each framework with the routes under /oauth, and a page and a form of its own beside them. */
const apps = {
  'express 5': (parsed: boolean) => openExpress(express, parsed),
  'express 4': (parsed: boolean) => openExpress(express4, parsed),
  fastify: async (parsed: boolean) => {
    const app = fastify()
    if (parsed) {
      const type = 'application/x-www-form-urlencoded'
      app.addContentTypeParser(type, { parseAs: 'string' }, (_req, body, done) =>
        done(null, { parsed: body }),
      )
    }
    const session = { clientOf: () => 'smart-tax-nation', userOf: user }
    app.register(forFastify.connectRoutes(tokens, { ...names, ...session }), { prefix: '/oauth' })
    app.post('/oauth/own', async request => `own ${JSON.stringify(request.body)}`)
    app.setErrorHandler((error, _request, reply) => {
      const { statusCode = 500, message } = error as Error & { statusCode?: number }
      reply.code(statusCode).send(`framework: ${message}`)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    close = () => app.close()
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  },
  hono: async (parsed: boolean) => {
    const app = new Hono<{ Variables: { user: string } }>()
    app.use(async (c, next) => {
      if (parsed && c.req.method === 'POST') await c.req.parseBody()
      c.set('user', c.req.header('x-session') ?? 'ada')
      await next()
    })
    const session = {
      clientOf: () => 'smart-tax-nation',
      userOf: (c: { get(name: 'user'): string }) => c.get('user'),
    }
    app.all('/oauth/*', forHono.connectRoutes(tokens, { ...names, ...session }))
    app.post('/oauth/own', async c => c.text(`own ${await c.req.text()}`))
    app.onError((error, c) => c.text(`framework: ${error.message}`, 500))
    return listening(createServer(getRequestListener(app.fetch)))
  },
}

describe.each(Object.entries(apps))('%s', (_, open) => {
  const start = (url: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/oauth/connect/acme`, { method: 'POST', redirect: 'manual', headers: OWN, ...init })

  test.each([false, true])('reads the form, whether or not somebody has before (%s)', async parsed => {
    const url = await open(parsed)
    const response = await start(url, {
      body: 'returnTo=%2Fsettings',
      headers: { ...OWN, 'x-session': 'eve' },
    })
    expect([response.status, response.headers.get('location')]).toEqual([303, started.url])
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(calls).toEqual([['smart-tax-nation', 'acme', { user: 'eve', returnTo: '/settings' }]])
    expect((await start(url)).status).toBe(303)
  })

  test('knows the whole path, and gives every answer with its headers', async () => {
    const url = await open(false)
    const response = await fetch(`${url}/oauth/callback/acme?code=a%26b&state=s1`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/?connect=connected&provider=acme',
    ])
    expect(calls[0]?.[0]).toBe('/oauth/callback/acme?code=a%26b&state=s1')
    const head = await fetch(`${url}/oauth/callback/acme?code=c&state=s1`, { method: 'HEAD' })
    expect([head.status, head.headers.get('cache-control'), calls.length]).toEqual([200, 'no-store', 1])
    const page = await fetch(`${url}/oauth/connect/acme`)
    expect([page.status, page.headers.get('allow'), page.headers.get('content-type')]).toEqual([
      405,
      'POST',
      'text/html; charset=utf-8',
    ])
    expect((await fetch(`${url}/oauth/callback/nobody`)).status).toBe(404)
  })

  test.each([false, true])(
    'has a form that the provider posts come again by GET, whether or not somebody has read it (%s)',
    async parsed => {
      const url = await open(parsed)
      const post = (body: string): Promise<Response> =>
        fetch(`${url}/oauth/callback/acme`, {
          method: 'POST',
          redirect: 'manual',
          headers: { ...OWN, 'sec-fetch-site': 'cross-site', origin: 'https://id.acme.example' },
          body,
        })
      const posted = await post(`user=${'ada'.repeat(10_000)}&state=s1&code=a%26b`)
      expect([posted.status, posted.headers.get('referrer-policy'), calls]).toEqual([303, 'no-referrer', []])
      const back = new URL(posted.headers.get('location') ?? '', posted.url)
      expect((await fetch(back, { redirect: 'manual' })).status).toBe(303)
      expect(calls[0]?.[0]).toBe('/oauth/callback/acme?state=s1&code=a%26b')
      // Of two that were read before, none is lost on the way.
      expect((await post('state=s1&code=a&code=b')).status).toBe(400)
      expect((await post(`state=s1&code=${'c'.repeat(70_000)}`)).status).toBe(413)
      expect(calls).toHaveLength(1)
    },
  )

  test('leaves other paths alone, with their bodies', async () => {
    const url = await open(false)
    const init = { method: 'POST', body: '"of the app"', headers: { 'content-type': 'application/json' } }
    expect(await (await fetch(`${url}/oauth/own`, init)).text()).toBe('own "of the app"')
    expect((await fetch(`${url}/oauth/nothing`)).status).toBe(404)
  })

  test('hands a fault of the app to the framework', async () => {
    const url = await open(false)
    fault = new TypeError('a bug of the app')
    const response = await start(url)
    expect([response.status, await response.text()]).toEqual([500, 'framework: a bug of the app'])
  })

  test('takes no more than a small form, and goes on on the same line', async () => {
    const url = await open(false)
    expect((await start(url, { body: 'a'.repeat(100_000) })).status).toBe(413)
    const chunked = new ReadableStream<Uint8Array>({
      start: controller => {
        for (let index = 0; index < 64; index += 1) controller.enqueue(new Uint8Array(1_024).fill(97))
        controller.close()
      },
    })
    expect((await start(url, { body: chunked, duplex: 'half' } as RequestInit)).status).toBe(413)
    expect((await start(url)).status).toBe(303)
    expect(calls).toHaveLength(1)
  })

  test.each(['http://evil.example/oauth/connect/acme', '//evil.example/oauth/connect/acme', '*'])(
    'answers a target that is no path without a fault: %s',
    async path => {
      const { port } = new URL(await open(false))
      const sent = httpRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path,
        headers: { ...OWN, host: 'a b' },
      }).end()
      const [response] = await once(sent, 'response')
      response.resume()
      expect(response.statusCode).toBeLessThan(500)
    },
  )
})

test('two versions of Express are tested, whatever is installed', () => {
  expect(Reflect.has(express4, 'query')).toBe(true)
  expect(Reflect.has(express, 'query')).toBe(false)
})

describe.each([
  ['express 5', express],
  ['express 4', express4],
])('%s, with others before the routes', (_, framework) => {
  test('reads a form that their parsers have looked at and left', async () => {
    const app = framework()
    app.use(framework.json())
    const session = { clientOf: () => 'smart-tax-nation', userOf: user }
    app.use('/oauth', forExpress.connectRoutes(tokens, { ...names, ...session }))
    const url = await listening(createServer(app))
    const init = { method: 'POST', redirect: 'manual', headers: OWN } as const
    await fetch(`${url}/oauth/connect/acme`, { ...init, body: 'returnTo=%2Fsettings' })
    await fetch(`${url}/oauth/connect/acme`, init)
    const json = { ...OWN, 'content-type': 'application/json' }
    await fetch(`${url}/oauth/connect/acme`, { ...init, headers: json, body: '{"returnTo":"/settings"}' })
    expect(calls.map(([, , asked]) => asked)).toEqual([
      { user: 'ada', returnTo: '/settings' },
      { user: 'ada' },
      { user: 'ada', returnTo: '/settings' },
    ])
    const callback = { ...init, headers: json, body: '{"state":"s1","code":"c"}' }
    expect((await fetch(`${url}/oauth/callback/acme`, callback)).status).toBe(415)
  })

  test('keeps the cookies that they set', async () => {
    const app = framework()
    app.use((_req, res, next) => {
      res.append('set-cookie', 'sid=1')
      next()
    })
    app.use(
      '/oauth',
      forExpress.connectRoutes(tokens, { ...names, clientOf: () => 'smart-tax-nation', userOf: user }),
    )
    const url = await listening(createServer(app))
    const response = await fetch(`${url}/oauth/connect/acme`, {
      method: 'POST',
      redirect: 'manual',
      headers: OWN,
    })
    expect(response.headers.getSetCookie()).toEqual(['sid=1', expect.stringContaining('__Host-evergrant-')])
  })
})

test('fastify itself reads no more of a body than any route takes', async () => {
  const url = await apps.fastify(false)
  const init = { method: 'POST', headers: OWN, body: 'a'.repeat(65_537) }
  const response = await fetch(`${url}/oauth/connect/acme`, init)
  expect([response.status, await response.text()]).toEqual([413, expect.stringMatching(/^framework: /)])
})

describe('next', () => {
  test('has handlers of a catch-all route', async () => {
    const { GET, POST } = forNext.connectRoutes(tokens, {
      ...names,
      clientOf: () => 'smart-tax-nation',
      userOf: () => 'ada',
    })
    const url = 'http://localhost:3000/oauth/connect/acme'
    const response = await POST(
      new Request(url, { method: 'POST', headers: OWN, body: 'returnTo=%2Fsettings' }),
    )
    expect([response.status, response.headers.get('location')]).toEqual([303, started.url])
    expect((await GET(new Request('http://localhost:3000/oauth/nothing'))).status).toBe(404)
    const posted = new Request('http://localhost:3000/oauth/callback/acme', {
      method: 'POST',
      headers: { ...OWN, 'sec-fetch-site': 'cross-site' },
      body: 'state=s1&code=c',
    })
    expect((await POST(posted)).headers.get('location')).toBe('?state=s1&code=c')
  })
})

declare global {
  namespace Express {
    interface Request {
      user?: { readonly tenant: string; readonly id: string }
    }
  }
}

test('the hooks see what the framework hands to a handler, with the types that it has', () => {
  const app = express()
  app.use(
    '/a',
    forExpress.connectRoutes(tokens, {
      ...names,
      clientOf: req => req.user?.tenant,
      userOf: req => req.user?.id,
    }),
  )
  const expressTenant = (req: express.Request): string | undefined => req.user?.tenant
  app.use(
    '/b',
    forExpress.connectRoutes(tokens, { ...names, clientOf: expressTenant, userOf: expressTenant }),
  )
  const fastifyTenant = async (request: FastifyRequest): Promise<string> => request.hostname
  fastify().register(
    forFastify.connectRoutes(tokens, { ...names, clientOf: fastifyTenant, userOf: fastifyTenant }),
    { prefix: '/a' },
  )
  type Env = { Variables: { tenant: string } }
  const hono = new Hono<Env>()
  hono.all(
    '/a/*',
    forHono.connectRoutes<Context<Env>>(tokens, {
      ...names,
      clientOf: c => c.get('tenant'),
      userOf: c => c.get('tenant'),
    }),
  )
  const honoTenant = (c: Context<Env>): string => c.get('tenant')
  hono.all('/b/*', forHono.connectRoutes(tokens, { ...names, clientOf: honoTenant, userOf: honoTenant }))
  expect(hono.routes).toHaveLength(2)
})
