import type { defineProvider, ProviderProfile } from 'evergrant/providers'
import type { Order } from './back-end.ts'

export function profileOf(provider: Order['provider'], define: typeof defineProvider): ProviderProfile
