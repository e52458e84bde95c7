"""The declared world, which no API object tells: images, what applications need and do, clients, disturbances."""
