"""How far apart two places are, as the crow flies."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def distance_km(from_longitude: float, from_latitude: float, to_longitude: float, to_latitude: float) -> float:
    """Great-circle distance in kilometres between two points in degrees (haversine; within 0.5 % of the ellipsoid)."""
    from_phi, to_phi = radians(from_latitude), radians(to_latitude)
    half_chord = (
        sin((to_phi - from_phi) / 2) ** 2
        + cos(from_phi) * cos(to_phi) * sin(radians(to_longitude - from_longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord)))
