import { goto } from '$app/navigation';
import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import { lastAccount, outbox } from '$lib/outbox/state.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';

/** Work that has not arrived is spoken of first. */
export async function signOut() {
	if (outbox.waiting > 0) outbox.leaving = true;
	else await leave();
}

/**
 * Signing out must reach the server: otherwise the session lives on, and we say so. A server that cannot write takes the
 * cookie away all the same.
 */
export async function leave() {
	try {
		await api.signOut();
	} catch (cause) {
		if (!(cause instanceof Problem)) throw cause;
		if (cause.status !== 401) {
			toasts.show(`${cause.title}. ${cause.detail}`, 'problem');
			if (cause.code !== 'session.lives_on') return;
		}
	}
	session.end();
	outbox.close();
	lastAccount.set(null);
	await goto('/dang-nhap');
}
