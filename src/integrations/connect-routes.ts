import type { AccountChanged, Connected } from 'evergrant'
import { AuthorizationFlowError, EvergrantError } from '../errors.ts'
import { checkConnectOptions } from './checked-options.ts'
import type { ConnectRoutesOptions, ConnectService } from './connect-options.ts'
import { type ConnectPage, pageAnswer, problemAnswer, quietHeaders, wantsJson } from './connect-page.ts'
import { doneText, failureText, flowText, type PageText, questionText, refusals } from './connect-texts.ts'
import { type FlowCookie, flowCookie, flowOf, startCookies } from './flow-cookies.ts'
import { formFields } from './form-fields.ts'
import { isFromOwnPage, isPrefetch } from './own-origin.ts'
import { postedCallback } from './posted-callback.ts'
import { ReturnPaths } from './return-paths.ts'

/** Answers a request of the routes; null: it is for something else. */
export type ConnectHandler<Context> = (request: Request, context: Context) => Promise<Response | null>

interface Who {
  readonly clientId: string
  readonly user: string
}

/** One request, and whom it is of. */
interface Visit<Context> {
  readonly request: Request
  readonly context: Context
  readonly url: URL
}

const ROUTE = /\/(?:(connect|callback)\/([^/?#]+)|confirm)(?:[?#].*)?$/

/** Whether a path, with its query or without, is one of {@link connectHandler}. */
export function isConnectRoute(path: string): boolean {
  return ROUTE.test(path)
}

/**
 * The routes over which a user's account is connected, wherever they are mounted:
 * `POST …/connect/<provider>` sends to the provider, `GET …/callback/<provider>` is where the provider sends back to (by
 * `POST` where it posts a form), `POST …/confirm` replaces the account of a connection by another.
 * @throws InvalidInputError options that mean nothing
 */
export function connectHandler<Context>(
  tokens: ConnectService,
  options: ConnectRoutesOptions<Context>,
): ConnectHandler<Context> {
  checkConnectOptions(options)
  const routes = new ConnectRoutes(tokens, options)
  return (request, context) => routes.answer(request, context)
}

class ConnectRoutes<Context> {
  readonly #tokens: ConnectService
  readonly #options: ConnectRoutesOptions<Context>
  readonly #paths: ReturnPaths

  constructor(tokens: ConnectService, options: ConnectRoutesOptions<Context>) {
    this.#tokens = tokens
    this.#options = options
    this.#paths = new ReturnPaths(options.returnTo ?? [], options.defaultReturnTo ?? '/')
  }

  async answer(request: Request, context: Context): Promise<Response | null> {
    const url = new URL(request.url)
    const visit = { request, context, url }
    const found = ROUTE.exec(url.pathname)
    if (found === null || url.pathname.startsWith('//')) return null
    const [, route, last = ''] = found
    if (route === undefined) return this.#confirm(visit)
    const provider = decoded(last)
    if (!Object.hasOwn(this.#options.providers, provider))
      return this.#refuse(visit, refusals.unknownProvider)
    return route === 'connect' ? this.#start(visit, provider) : this.#callback(visit, provider)
  }

  async #start(visit: Visit<Context>, provider: string): Promise<Response> {
    const refused = await this.#refusedPost(visit)
    if (refused !== null) return refused
    const who = await this.#who(visit)
    if (who === null) return this.#refuse(visit, refusals.notSignedIn)
    const fields = await formFields(visit.request)
    if (typeof fields === 'number') return this.#refuse(visit, unread(fields))
    const { label: _, ...asked } = this.#options.providers[provider] ?? {}
    const { callbackUrl } = this.#options
    const metadata = await this.#options.metadataOf?.(provider, visit.context, fields)
    const returnTo = this.#paths.allowed(fields.get('returnTo'))
    const started = await this.#guarded(visit, provider, () =>
      this.#tokens.authorizationUrl(who.clientId, provider, {
        ...asked,
        ...(callbackUrl === undefined ? {} : { callbackUrl }),
        ...(returnTo === null ? {} : { returnTo }),
        ...(metadata == null ? {} : { metadata }),
        user: who.user,
      }),
    )
    if (started instanceof Response) return started
    const flow = await flowOf(new URL(started.url).searchParams.get('state') ?? '')
    const isSecure = !started.redirectUri.startsWith('http:')
    const cookies = startCookies(visit.request, flow, started.binding, isSecure)
    return wantsJson(visit.request)
      ? jsonAnswer({ url: started.url }, cookies)
      : redirect(started.url, cookies)
  }

  async #callback(visit: Visit<Context>, provider: string): Promise<Response> {
    const { request, url } = visit
    // What only looks must not use up a code.
    if (request.method === 'HEAD') return new Response(null, { headers: quietHeaders() })
    if (request.method === 'POST') return this.#posted(visit)
    if (request.method !== 'GET') return this.#refuse(visit, refusals.wrongMethod, 'GET, HEAD, POST')
    if (isPrefetch(request)) return this.#refuse(visit, refusals.prefetch)
    const who = await this.#who(visit)
    if (who === null) return this.#refuse(visit, refusals.notSignedIn)
    const flow = await flowOf(url.searchParams.get('state') ?? '')
    const cookie = flowCookie(request, flow)
    const result = await this.#guarded(visit, provider, () =>
      this.#tokens.handleCallback(this.#callbackOf(visit, provider, cookie), {
        binding: cookie?.binding ?? null,
        user: who.user,
        clientId: who.clientId,
        provider,
      }),
    )
    // The cookie stays until its time is over: the same callback may come twice, and then it tells who may know.
    if (result instanceof Response) return result
    return result.kind === 'connected' ? this.#connected(visit, result) : this.#ask(visit, result, flow)
  }

  /** The browser brings no cookie with a form of another site. It comes again, and with them. */
  async #posted(visit: Visit<Context>): Promise<Response> {
    const query = await postedCallback(visit.request, visit.url.searchParams)
    return typeof query === 'number' ? this.#refuse(visit, unread(query)) : redirect(query)
  }

  async #confirm(visit: Visit<Context>): Promise<Response> {
    const refused = await this.#refusedPost(visit)
    if (refused !== null) return refused
    const who = await this.#who(visit)
    if (who === null) return this.#refuse(visit, refusals.notSignedIn)
    const fields = await formFields(visit.request)
    if (typeof fields === 'number') return this.#refuse(visit, unread(fields))
    const [confirmation, flow] = [fields.get('confirmation'), fields.get('flow')]
    if (!confirmation || !flow || !/^[0-9a-f]{32}$/.test(flow)) return this.#refuse(visit, refusals.malformed)
    const cookie = flowCookie(visit.request, flow)
    const { clientId, user } = who
    const binding = cookie?.binding ?? null
    const result = await this.#guarded(visit, null, () =>
      this.#tokens.confirmAccountChange(confirmation, { binding, user, clientId }),
    )
    return result instanceof Response ? result : this.#connected(visit, result)
  }

  /** Where the callback arrived, in the eyes of the browser. Who mounts the routes elsewhere says so by `callbackUrl`. */
  #callbackOf({ request, url }: Visit<Context>, provider: string, cookie: FlowCookie | null): string {
    const { callbackUrl } = this.#options
    if (callbackUrl !== undefined) return `${callbackUrl}/${encodeURIComponent(provider)}${url.search}`
    const path = `${url.pathname}${url.search}`
    // A cookie that others could have written is good only for a flow that ends by http on this machine.
    return cookie?.isPlain ? `http://${request.headers.get('host')}${path}` : path
  }

  async #connected(visit: Visit<Context>, connected: Connected): Promise<Response> {
    await this.#options.onConnected?.(connected, visit.context)
    const { returnTo, provider } = connected
    return redirect(this.#paths.withOutcome(returnTo, 'connected', provider))
  }

  /** The account is another one than before: only a form that the same browser sends replaces it. */
  #ask(visit: Visit<Context>, changed: AccountChanged, flow: string): Promise<Response> {
    const { provider, account, confirmation, returnTo } = changed
    const form = { action: '../confirm', label: 'Replace it', fields: { confirmation, flow } }
    const link = { href: this.#paths.withOutcome(returnTo, 'kept', provider), label: 'Keep the old one' }
    return this.#show(visit, { ...questionText(this.#labelOf(provider), account), form, link })
  }

  /** A POST that no page of the app has made is refused. */
  async #refusedPost(visit: Visit<Context>): Promise<Response | null> {
    if (visit.request.method !== 'POST') return this.#refuse(visit, refusals.wrongMethod, 'POST')
    const isOwn = isFromOwnPage(visit.request, this.#options.allowedOrigins ?? [])
    return isOwn ? null : this.#refuse(visit, refusals.crossSite)
  }

  async #who({ context }: Visit<Context>): Promise<Who | null> {
    const [clientId, user] = [await this.#options.clientOf(context), await this.#options.userOf(context)]
    return clientId == null || user == null ? null : { clientId, user }
  }

  /** Turns what is no fault of the app into an answer. Its own faults go to the framework, where they are seen. */
  async #guarded<Value>(
    visit: Visit<Context>,
    provider: string | null,
    call: () => Promise<Value>,
  ): Promise<Value | Response> {
    try {
      return await call()
    } catch (error) {
      if (error instanceof AuthorizationFlowError)
        return this.#ended(visit, provider ?? error.provider ?? '', error)
      const text =
        error instanceof EvergrantError
          ? failureText(error.code, this.#labelOf(provider ?? error.provider ?? ''))
          : null
      if (text === null) throw error
      return this.#refuse(visit, text, null, (error as EvergrantError).code)
    }
  }

  #ended(visit: Visit<Context>, provider: string, error: AuthorizationFlowError): Promise<Response> {
    const { reason, httpStatus, code } = error
    const label = this.#labelOf(provider)
    const isJson = wantsJson(visit.request)
    if (reason === 'denied' && !isJson) {
      return Promise.resolve(redirect(this.#paths.withOutcome(error.returnTo, 'denied', provider)))
    }
    if (reason === 'already_used' && error.outcome !== 'refused' && !isJson) {
      const { outcome, returnTo } = error
      const href =
        outcome === null ? this.#paths.of(returnTo) : this.#paths.withOutcome(returnTo, outcome, provider)
      const link = { href, label: 'Continue' }
      return this.#show(visit, { ...doneText(error.outcome, label), link })
    }
    return this.#refuse(visit, flowText(reason, httpStatus, label), null, code)
  }

  async #refuse(
    visit: Visit<Context>,
    text: PageText,
    allow: string | null = null,
    code: string | null = null,
  ): Promise<Response> {
    const link = { href: this.#paths.of(null), label: 'Back' }
    const answer = await this.#show(visit, { ...text, link }, code)
    if (allow !== null) answer.headers.set('allow', allow)
    return answer
  }

  async #show({ request }: Visit<Context>, page: ConnectPage, code: string | null = null): Promise<Response> {
    return wantsJson(request) ? problemAnswer(page, code) : pageAnswer(page)
  }

  #labelOf(provider: string): string {
    return this.#options.providers[provider]?.label ?? provider
  }
}

function unread(status: 400 | 413 | 415): PageText {
  switch (status) {
    case 400:
      return refusals.malformed
    case 413:
      return refusals.tooLarge
    case 415:
      return refusals.wrongType
  }
}

/** 303: the browser asks for the other address by GET, and forgets this one. */
function redirect(location: string, cookies: readonly string[] = []): Response {
  return withCookies(new Response(null, { status: 303, headers: { ...quietHeaders(), location } }), cookies)
}

function jsonAnswer(body: object, cookies: readonly string[]): Response {
  const headers = { ...quietHeaders(), 'content-type': 'application/json' }
  return withCookies(new Response(JSON.stringify(body), { headers }), cookies)
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}
