import type { HandleClientError } from '@sveltejs/kit';
import { t } from '$lib/i18n/common';
import { connection } from '$lib/state/connection.svelte';

/** A part of the client that was not on this device yet: each browser says it in its own words. */
const missing = /dynamically imported module|importing a module|module script|preload CSS/i;

/**
 * What no page answers for. A part that could not be fetched is a lost connection like any other, so that the page opens by
 * itself when the network is back; the rest is our own fault and told as such.
 */
export const handleError: HandleClientError = ({ error, message, status }) => {
	if (!(error instanceof Error) || !missing.test(error.message)) {
		console.error(error);
		return { message };
	}
	connection.lost();
	const gone = connection.state === 'offline';
	return {
		message: gone ? t.offline : t.unreachable,
		problem: {
			status,
			code: 'client.part_missing',
			title: gone ? t.offline : t.unreachable,
			detail: gone ? t.offlineDetail : t.unreachableDetail,
			requestId: null
		}
	};
};
