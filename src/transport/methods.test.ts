import { expect, test } from 'vitest'
import { onRequest } from '../../test/support/raw-server.ts'
import { useWire, wholeAnswer } from '../../test/support/wire.ts'

const { serve, post } = useWire()

test.each([
  ['GET', '', null],
  ['DELETE', 'token=a', '7'],
  [undefined, 'token=a', '7'],
] as const)('a request is sent with the method %s and its body', async (method, body, length) => {
  const heads: string[] = []
  const bodies: string[] = []
  const server = await serve(socket =>
    onRequest(socket, (head, sent) => {
      heads.push(head)
      bodies.push(sent)
      socket.write(wholeAnswer)
    }),
  )
  expect(await post(server.url, { method, body })).toMatchObject({ kind: 'answered', status: 200 })
  expect(heads[0]).toMatch(new RegExp(`^${method ?? 'POST'} /oauth/v2/token HTTP/1.1`))
  expect(/content-length: (\d+)/i.exec(heads[0] ?? '')?.[1] ?? null).toBe(length)
  expect(bodies).toEqual([body])
})
