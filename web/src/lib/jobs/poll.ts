/** How soon a screen asks again while something runs, and while nothing does. */
const lively = 1500;
const calm = 15_000;

/**
 * Asks again and again while the page is looked at: soon when `busy` says that something runs, else now and then. A
 * failure is left to the connection's own sign. Answers how to stop.
 */
export function poll(ask: () => Promise<unknown>, busy: () => boolean): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let stopped = false;
	const later = () => {
		clearTimeout(timer);
		if (!stopped && document.visibilityState === 'visible') timer = setTimeout(now, busy() ? lively : calm);
	};
	const now = async () => {
		try {
			await ask();
		} catch {
			// Shown by the connection's state; the next time comes.
		}
		later();
	};
	const seen = () => {
		if (document.visibilityState === 'visible') now();
	};
	document.addEventListener('visibilitychange', seen);
	later();
	return () => {
		stopped = true;
		clearTimeout(timer);
		document.removeEventListener('visibilitychange', seen);
	};
}
