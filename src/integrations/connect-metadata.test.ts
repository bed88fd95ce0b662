import { InvalidInputError, OAuthTokenService } from 'evergrant'
import { afterEach, expect, test } from 'vitest'
import type { ConnectRoutesOptions } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'

// Placeholders of a provider by the routes, over a real service: no request to a shop is made before its callback.
const opened: OAuthTokenService[] = []
afterEach(async () => {
  for (const service of opened.splice(0)) await service.close()
})

type MetadataOf = ConnectRoutesOptions<string>['metadataOf']

async function started(metadataOf: MetadataOf, form = 'shop=typed.myshopify.com'): Promise<URL | number> {
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { shopify: { clientId: 'app', clientSecret: 'secret' } },
  })
  opened.push(tokens)
  const handle = connectHandler<string>(tokens, {
    providers: { shopify: { scopes: ['read_orders'] } },
    clientOf: () => 'smart-tax-nation',
    userOf: user => user,
    metadataOf,
  })
  const response = await handle(
    new Request('https://app.example/oauth/connect/shopify', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        host: 'app.example',
        origin: 'https://app.example',
      },
      body: form,
    }),
    'ada',
  )
  const location = response?.headers.get('location') ?? null
  return location === null ? (response?.status ?? 0) : new URL(location)
}

test('a shop of the app’s own data is where the account is connected', async () => {
  const asked: unknown[] = []
  const url = await started(async (provider, user, fields) => {
    asked.push(provider, user, fields.get('shop'))
    return { shop: 'kept.myshopify.com' }
  })
  expect(url).toMatchObject({ host: 'kept.myshopify.com', pathname: '/admin/oauth/authorize' })
  expect(asked).toEqual(['shopify', 'ada', 'typed.myshopify.com'])
})

test('a shop that the user typed is one, too', async () => {
  const url = await started((_, __, fields) => ({ shop: fields.get('shop') }))
  expect(url).toMatchObject({ host: 'typed.myshopify.com' })
})

test.each([
  'evil.example',
  'evil.example/.myshopify.com',
  'a.b@evil.example',
  '',
  'myshopify.com.evil.example',
])('T11: what is no shop of the provider’s is refused before anything is sent: %j', async shop => {
  const call = started((_, __, fields) => ({ shop: fields.get('shop') }), `shop=${encodeURIComponent(shop)}`)
  await expect(call).rejects.toThrow(InvalidInputError)
})

test.each([null, undefined])('without any, the placeholder is asked for: %s', async none => {
  await expect(started(() => none)).rejects.toThrow(/shop/)
})

test('what is no function is refused at once', () => {
  const ask = async (): Promise<never> => {
    throw new TypeError('nobody is asked')
  }
  const service = { authorizationUrl: ask, handleCallback: ask, confirmAccountChange: ask }
  const options = { providers: {}, clientOf: ask, userOf: ask, metadataOf: { shop: 'a' } as never }
  expect(() => connectHandler(service, options)).toThrow(
    'connectRoutes(): metadataOf must be a function that gives the values of placeholders.',
  )
})
