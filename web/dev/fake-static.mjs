import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

const types = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2',
	'.json': 'application/json'
};

function policy(page) {
	const hashes = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
		([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
	);
	return [
		"default-src 'none'",
		`script-src 'self' ${hashes.join(' ')}`,
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"manifest-src 'self'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'"
	].join('; ');
}

/** The way the server sends the built client. */
export function serveStatic(folder, path, request, response) {
	let file = join(folder, normalize(decodeURIComponent(path)));
	if (!existsSync(file) || !statSync(file).isFile()) {
		if (path.startsWith('/_app/')) {
			response.statusCode = 404;
			return response.end();
		}
		file = join(folder, 'index.html');
	}
	const extension = extname(file);
	response.setHeader('content-type', types[extension] ?? 'application/octet-stream');
	response.setHeader(
		'cache-control',
		path.startsWith('/_app/immutable/') ? 'public, max-age=31536000, immutable' : 'no-cache'
	);
	if (extension === '.html')
		response.setHeader('content-security-policy', policy(readFileSync(file, 'utf8')));
	const accepted = String(request.headers['accept-encoding'] ?? '');
	for (const [name, ending] of [
		['br', '.br'],
		['gzip', '.gz']
	]) {
		if (accepted.includes(name) && existsSync(file + ending)) {
			response.setHeader('content-encoding', name);
			response.setHeader('vary', 'accept-encoding');
			return response.end(readFileSync(file + ending));
		}
	}
	response.end(readFileSync(file));
}
