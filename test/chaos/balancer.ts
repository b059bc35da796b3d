// A TCP load balancer in front of several hubs: each connection goes to the next one that is up.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'

type Balancer = { readonly address: string; close(): Promise<void> }

export async function openBalancer(ports: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let turn = 0
  const server = createServer((outside) => {
    sockets.add(outside)
    outside.on('close', () => sockets.delete(outside))
    outside.on('error', () => {})
    turn += 1
    const inTurn = [...ports.slice(turn % ports.length), ...ports.slice(0, turn % ports.length)]
    passOn(outside, inTurn)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function passOn(outside: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined || outside.destroyed) return void outside.destroy()
  const inside = connect(port, '127.0.0.1')
  let connected = false
  inside.on('connect', () => {
    connected = true
    outside.pipe(inside).pipe(outside)
  })
  inside.on('error', () => connected || passOn(outside, others))
  inside.on('close', () => connected && outside.destroy())
  outside.on('close', () => inside.destroy())
}
