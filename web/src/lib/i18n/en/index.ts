import auth from './auth';
import common from './common';
import device from './device';
import factors from './factors';
import gallery from './gallery';
import help from './help';
import jobs from './jobs';
import list from './list';
import proof from './proof';
import reshape from './reshape';
import settings from './settings';
import shell from './shell';
import unit from './unit';
import units from './units';

const english = {
	common,
	auth,
	shell,
	units,
	unit,
	list,
	reshape,
	help,
	gallery,
	device,
	jobs,
	settings,
	proof,
	factors
};
export type English = typeof english;
export default english;
