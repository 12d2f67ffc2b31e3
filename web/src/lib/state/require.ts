import { error, redirect } from '@sveltejs/kit';
import { Problem } from '$lib/api/problem';
import type { Me } from '$lib/api/types';
import { enrolPath, signInPath } from '$lib/navigate';
import { session } from './session.svelte';

/** Who is signed in; otherwise to the sign-in page and, afterwards, back here. */
export async function requireMe(url: URL): Promise<Me> {
	return guard(session.ensure(), url);
}

/** Turns a refusal into what the router knows: a redirect or the error page. */
export async function guard<T>(answer: Promise<T>, url: URL): Promise<T> {
	try {
		return await answer;
	} catch (cause) {
		if (!(cause instanceof Problem)) throw cause;
		if (cause.status === 401) {
			session.end();
			redirect(307, signInPath(url.pathname + url.search));
		}
		// A unit may come to require it while somebody works there.
		if (cause.code === 'session.enrol_first') {
			redirect(307, enrolPath(url.pathname + url.search));
		}
		const { status, code, title, detail, requestId } = cause;
		error(status >= 400 ? status : 503, {
			message: title,
			problem: { status, code, title, detail, requestId }
		});
	}
}
