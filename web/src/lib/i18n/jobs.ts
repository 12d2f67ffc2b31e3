import { catalogue } from './index.svelte';
import vi from './vi/jobs';

export const t = catalogue('jobs', vi);
