"""Never look up ``s3.localhost.localstack.cloud``.

LocalStack 4.14 does for its first client of S3, to choose between that name and ``localhost``
(``localstack.utils.aws.aws_stack.get_s3_hostname``). No look-up leaves the machine, and ``localhost`` is right.
"""

from localstack.utils.aws import aws_stack

aws_stack.CACHE_S3_HOSTNAME_DNS_STATUS = False
