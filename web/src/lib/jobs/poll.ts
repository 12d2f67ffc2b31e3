/** How soon a screen asks again while something runs, and while nothing does. */
const lively = 1500;
const calm = 15_000;

/**
 * Asks again and again while the page is looked at: soon when `busy` says that something runs, else now and then. A
 * failure is left to the connection's own sign. Answers how to stop.
 */
export function poll(ask: () => Promise<unknown>, busy: () => boolean): () => void {
	let asking = false;
	let last = Date.now();
	const now = async () => {
		if (asking) return;
		asking = true;
		try {
			await ask();
		} catch {
			// Shown by the connection's state; the next time comes.
		} finally {
			asking = false;
			last = Date.now();
		}
	};
	// What was begun by a button makes the page busy between two questions, so it is looked at each time.
	const timer = setInterval(() => {
		if (document.visibilityState === 'visible' && (busy() || Date.now() - last >= calm)) now();
	}, lively);
	const seen = () => {
		if (document.visibilityState === 'visible') now();
	};
	document.addEventListener('visibilitychange', seen);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', seen);
	};
}
