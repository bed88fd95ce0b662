// A back-end process that refreshes one connection, and tells what it got and what happened.
import { OAuthTokenService } from 'evergrant'

const { clientId, provider, ...options } = JSON.parse(process.argv[2])
const events = []
const tokens = await OAuthTokenService.open({ ...options, onEvent: event => events.push(event) })
const { accessToken } = await tokens.refreshToken(clientId, provider)
const health = await tokens.health()
await tokens.close()
process.stdout.write(JSON.stringify({ accessToken, health, events }))
