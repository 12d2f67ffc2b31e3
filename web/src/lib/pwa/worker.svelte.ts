import { version } from '$app/environment';

const halfHour = 1_800_000;
const ours = Number(version);

/** The worker that keeps the client on this device, and the newer build that it may have ready. */
class WorkerState {
	/** A newer build is here; this page is of an older one. */
	fresh = $state(false);
	/** The client starts without a network. */
	ready = $state(false);
	#registration: ServiceWorkerRegistration | null = null;
	#started = false;
	#go: (() => void) | null = null;

	get possible(): boolean {
		return isSecureContext && 'serviceWorker' in navigator;
	}

	/** After the first screen is there and the browser has nothing better to do. */
	start() {
		if (this.#started || !this.possible || !import.meta.env.PROD) return;
		this.#started = true;
		const begin = () => {
			this.#register().catch((cause) => console.warn('no offline start:', cause));
		};
		if ('requestIdleCallback' in globalThis) requestIdleCallback(begin, { timeout: 10_000 });
		else setTimeout(begin, 3000);
	}

	async #register() {
		const { serviceWorker } = navigator;
		serviceWorker.addEventListener('controllerchange', () => {
			// In another tab nothing happens: somebody may be typing there.
			this.#go?.();
			this.#go = null;
		});
		const registration = await serviceWorker.register('/service-worker.js', { updateViaCache: 'none' });
		this.#registration = registration;
		registration.addEventListener('updatefound', () => {
			const coming = registration.installing;
			coming?.addEventListener('statechange', () => {
				if (coming.state === 'installed' || coming.state === 'activated') this.#look();
			});
		});
		await this.#look();
		const ask = () => document.visibilityState === 'visible' && this.#ask();
		document.addEventListener('visibilitychange', ask);
		setInterval(ask, halfHour);
	}

	/** Asks whether there is a newer build. */
	async #ask() {
		await this.#registration?.update().catch(() => {});
		await this.#look();
	}

	async #look() {
		const registration = this.#registration;
		this.ready = !!registration?.active;
		const waiting = registration?.waiting;
		const theirs = await buildOf(waiting ?? registration?.active);
		// A page that came from the network is of the new build already: the worker follows, nobody is asked.
		if (waiting && theirs === ours) waiting.postMessage('activate');
		this.fresh = theirs > ours;
	}

	/** The person wants the newer build now, here or at another address. */
	reload(href?: string) {
		const go = () => (href ? location.assign(href) : location.reload());
		const waiting = this.#registration?.waiting;
		if (!waiting) return go();
		this.#go = go;
		waiting.postMessage('activate');
		setTimeout(go, 3000);
	}
}

/** The build that a worker keeps: the moment it was made. */
function buildOf(of: ServiceWorker | null | undefined): Promise<number> {
	return new Promise((done) => {
		if (!of) return done(0);
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = (event) => done(Number(event.data));
		of.postMessage('version', [port2]);
		setTimeout(() => done(0), 3000);
	});
}

export const worker = new WorkerState();
