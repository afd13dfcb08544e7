"""What two results files of the same sweep have in common, however often either was interrupted."""
import h5py


def values_of(path):
    """Every value but those that measure time and the checksum over when and where the file was made: dtype and bytes, by name."""
    values = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset) and name not in ("wall_time", "seal/text") and not name.startswith("sessions/"):
            values[name] = (item.dtype, item[()].tobytes())

    with h5py.File(path) as f:
        f.visititems(take)
    return values


def config_of(path):
    """The config that the file says it is of, defaults and overrides applied."""
    with h5py.File(path) as f:
        return f.attrs["config"]
