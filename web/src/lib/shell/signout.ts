import { goto } from '$app/navigation';
import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';

/** Signing out must reach the server: otherwise the session lives on, and we say so. */
export async function signOut() {
	try {
		await api.signOut();
	} catch (cause) {
		if (!(cause instanceof Problem)) throw cause;
		if (cause.status !== 401) {
			toasts.show(`${cause.title}. ${cause.detail}`, 'problem');
			return;
		}
	}
	session.end();
	await goto('/dang-nhap');
}
