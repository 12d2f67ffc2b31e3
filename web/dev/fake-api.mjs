// A stand-in for the server while the client is built and tested: invented units, kept in memory.
//   node dev/fake-api.mjs [--port 4801] [--static build] [--slow 150]
// With --static it also serves the built client as the server does: one page for every path,
// precompressed files, strict Content-Security-Policy.
import { createServer } from 'node:http';
import { routes } from './fake-routes.mjs';
import { serveStatic } from './fake-static.mjs';

const option = (name, fallback) => {
	const at = process.argv.indexOf(`--${name}`);
	return at < 0 ? fallback : process.argv[at + 1];
};
const port = Number(option('port', '4801'));
const folder = option('static', '');
const slow = Number(option('slow', '0'));

let requests = 0;

const server = createServer(async (request, response) => {
	const url = new URL(request.url ?? '/', 'http://fake');
	response.setHeader('x-request-id', `fake-${++requests}`);
	if (slow) await new Promise((done) => setTimeout(done, slow));
	if (url.pathname === '/healthz') return response.end('ok');
	if (!url.pathname.startsWith('/api/v1/')) {
		if (folder) return serveStatic(folder, url.pathname, request, response);
		response.statusCode = 404;
		return response.end();
	}
	let text = '';
	for await (const chunk of request) text += chunk;
	let answer;
	try {
		answer = routes({
			method: request.method ?? 'GET',
			path: url.pathname.slice('/api/v1'.length),
			query: url.searchParams,
			body: text ? JSON.parse(text) : undefined,
			headers: request.headers
		});
	} catch (cause) {
		answer = cause.answer ?? crash(cause);
	}
	for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
	response.statusCode = answer.status;
	if (answer.body === undefined) return response.end();
	const problem = answer.status >= 400;
	response.setHeader('content-type', problem ? 'application/problem+json' : 'application/json');
	response.end(JSON.stringify(answer.body));
});

function crash(cause) {
	console.error(cause);
	return {
		status: 500,
		body: { status: 500, code: 'internal', title: 'Lỗi máy chủ', detail: 'Máy chủ giả gặp lỗi của chính nó.' }
	};
}

server.listen(port, '127.0.0.1', () => console.log(`fake server on http://127.0.0.1:${port}`));
