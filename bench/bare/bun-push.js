// Push with Bun's own server, native code: each event of a POST is published to a topic that all sockets have.
Bun.serve({
  port: Number(process.env.PORT),
  hostname: '127.0.0.1',
  idleTimeout: 255,
  async fetch(request, server) {
    if (server.upgrade(request)) return undefined
    if (request.method !== 'POST') return Response.json({})
    const { frames } = await request.json()
    for (const frame of frames) server.publish('events', frame)
    return Response.json({ ok: true })
  },
  websocket: {
    idleTimeout: 960,
    open: (socket) => socket.subscribe('events'),
    message() {},
  },
})
