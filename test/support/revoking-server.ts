import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { catalogueProfile } from '../../src/providers/catalogue-profiles.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'

type Name = 'slack' | 'slack_rotating' | 'dropbox' | 'github_app' | 'github_oauth_app'

interface Reply {
  readonly status: number
  readonly body: unknown
}

/** What a request holds that the servers look at. */
interface Asked {
  readonly bearer: string
  readonly basic: string
  readonly body: string
}

const json = (body: unknown, status = 200): Reply => ({ status, body })
const APP = 'app:app-secret'

/**
 * Slack, Dropbox and GitHub in this process, as far as grants are refreshed and revoked there. One grant: its access
 * tokens come and go, its refresh token rotates where the real one does.
 */
export class RevokingServer implements AsyncDisposable {
  readonly url: string
  readonly requests: string[] = []
  /** Answers the next revocations instead. */
  readonly instead: Reply[] = []
  accessToken: string | null = 'access-1'
  refreshToken: string | null = 'refresh-1'
  isGranted = true
  readonly #name: Name
  readonly #server: Server
  #issued = 1

  private constructor(name: Name, server: Server) {
    this.#name = name
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', async (request: IncomingMessage, response) => {
      const { status, body } = this.#answer(request, await bodyOf(request))
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(status === 204 ? undefined : JSON.stringify(body))
    })
  }

  static async start(name: Name): Promise<RevokingServer> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new RevokingServer(name, server)
  }

  /** The profile of the catalogue, with this server in the place of the real one. */
  async profile(): Promise<ProviderProfile> {
    const profile = await catalogueProfile(this.#name)
    const here = (endpoint: unknown): string => this.url + String(endpoint).replace(/^https:\/\/[^/]*/, '')
    return {
      ...profile,
      tokenEndpoint: here(profile.tokenEndpoint),
      revocationEndpoint: here(profile.revocationEndpoint),
      endpointHosts: [new URL(this.url).host],
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, body: string): Reply {
    const line = `${request.method} ${request.url}`
    this.requests.push(line)
    const { authorization = '' } = request.headers
    const [, scheme = '', value = ''] = /^(\w+) (.*)$/.exec(authorization) ?? []
    const asked = {
      bearer: scheme === 'Bearer' ? value : '',
      basic: scheme === 'Basic' ? atob(value) : '',
      body,
    }
    switch (line) {
      case 'POST /api/oauth.v2.access':
      case 'POST /oauth2/token':
      case 'POST /login/oauth/access_token':
        return this.#refresh(new URLSearchParams(body))
      case 'POST /api/auth.revoke':
        return this.instead.shift() ?? this.#slack(asked)
      case 'POST /2/auth/token/revoke':
        return this.instead.shift() ?? this.#dropbox(asked)
      case 'DELETE /applications/app/grant':
        return this.instead.shift() ?? this.#github(asked)
      default:
        return json({ message: 'no such route' }, 500)
    }
  }

  #refresh(form: URLSearchParams): Reply {
    const app = `${form.get('client_id')}:${form.get('client_secret')}`
    if (app !== APP) return json({ ok: false, error: 'incorrect_client_credentials' })
    if (!this.isGranted || form.get('refresh_token') !== this.refreshToken) {
      const errors = { slack_rotating: 'invalid_refresh_token', dropbox: 'invalid_grant' }
      const error = Object.hasOwn(errors, this.#name) ? errors[this.#name as 'dropbox'] : 'bad_refresh_token'
      return json({ ok: false, error }, error === 'invalid_grant' ? 400 : 200)
    }
    this.#issued += 1
    this.accessToken = `access-${this.#issued}`
    const rotates = this.#name !== 'dropbox'
    if (rotates) this.refreshToken = `refresh-${this.#issued}`
    const token = { access_token: this.accessToken, token_type: 'bearer', expires_in: 28_800 }
    return json({ ok: true, ...token, ...(rotates ? { refresh_token: this.refreshToken } : {}) })
  }

  #slack({ bearer, body }: Asked): Reply {
    if (body !== '') return json({ ok: false, error: 'invalid_form_data' })
    if (bearer === '') return json({ ok: false, error: 'not_authed' })
    if (!this.isGranted) return json({ ok: false, error: 'token_revoked' })
    if (bearer !== this.accessToken) return json({ ok: false, error: 'token_expired' })
    return this.#end(json({ ok: true, revoked: true }))
  }

  #dropbox({ bearer, body }: Asked): Reply {
    if (body !== '') return json('Error in call to API function', 400)
    if (this.isGranted && bearer === this.accessToken) return this.#end(json(null))
    const tag = this.isGranted ? 'expired_access_token' : 'invalid_access_token'
    return json({ error_summary: `${tag}/..`, error: { '.tag': tag } }, 401)
  }

  #github({ basic, body }: Asked): Reply {
    if (basic !== APP) return json({ message: 'Bad credentials' }, 401)
    const { access_token: token, ...others } = JSON.parse(body)
    if (Object.keys(others).length > 0) return json({ message: 'not a permitted key' }, 422)
    if (!this.isGranted || token !== this.accessToken) return json({ message: 'Not Found' }, 404)
    return this.#end({ status: 204, body: null })
  }

  #end(reply: Reply): Reply {
    this.isGranted = false
    return reply
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
