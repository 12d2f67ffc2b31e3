// What stands between the browser and the server in some tests: it counts, or it changes.
import { createServer, request } from 'node:http';
import { connect, createServer as listen } from 'node:net';
import { baseURL } from './browser.mjs';

const server = new URL(baseURL);

const started = (it) =>
	new Promise((done) => {
		it.listen(0, '127.0.0.1', () => done(it.address().port));
	});

/** Counts every byte the server sends, whoever in the browser asked for it: pages, workers, the browser itself. */
export async function countingLine() {
	const sockets = new Set();
	let bytes = 0;
	const line = listen((near) => {
		const far = connect(Number(server.port), server.hostname);
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => {
				near.destroy();
				far.destroy();
			});
		}
		far.on('data', (part) => {
			bytes += part.length;
		});
		near.pipe(far);
		far.pipe(near);
	});
	const port = await started(line);
	return {
		url: `http://localhost:${port}`,
		/** What came since it was last asked. */
		take() {
			const taken = bytes;
			bytes = 0;
			return taken;
		},
		close() {
			for (const socket of sockets) socket.destroy();
			line.close();
		}
	};
}

/** Passes everything on, and lets the test change an answer's text: `change(path, text)`. */
export async function changingLine(change) {
	const line = createServer((asked, answer) => {
		const headers = { ...asked.headers, 'accept-encoding': 'identity' };
		// So that what was changed is always sent whole.
		delete headers['if-none-match'];
		const far = request(
			{ host: server.hostname, port: server.port, path: asked.url, method: asked.method, headers },
			async (came) => {
				const parts = [];
				try {
					for await (const part of came) parts.push(part);
				} catch {
					// Whoever asked has gone.
					return;
				}
				const whole = Buffer.concat(parts);
				const text = change(asked.url ?? '', whole);
				const sent = { ...came.headers };
				delete sent['transfer-encoding'];
				delete sent.etag;
				sent['content-length'] = String(text.length);
				answer.writeHead(came.statusCode ?? 500, sent);
				answer.end(text);
			}
		);
		far.on('error', () => answer.destroy());
		// The stream of what happens elsewhere never ends by itself.
		answer.on('close', () => far.destroy());
		asked.pipe(far);
	});
	const port = await started(line);
	return {
		port,
		url: `http://localhost:${port}`,
		close() {
			line.closeAllConnections();
			line.close();
		}
	};
}
