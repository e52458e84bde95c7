"""What a diagnosis of a large cluster costs, beside the mere decoding of the same bytes.

Every size is made in one process and measured in others, so that neither memory nor caches of one measurement
reach the next.
"""
