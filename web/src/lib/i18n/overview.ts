import { catalogue } from './index.svelte';
import vi from './vi/overview';

export const t = catalogue('overview', vi);
